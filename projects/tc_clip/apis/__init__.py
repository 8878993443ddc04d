"""The Python interface: predictions, features and token records of videos."""
from ..evaluation.ranking import Guess, rank
from .features import VideoFeatures, extract_features
from .inferencer import TCCLIPInferencer
from .predictions import NONE_OF_THESE, Prediction
from .pretrained import save_pretrained
from .time_spans import TimeSpan, time_spans
from .token_records import record_view

__all__ = [
    'Guess', 'NONE_OF_THESE', 'Prediction', 'TCCLIPInferencer', 'TimeSpan',
    'VideoFeatures', 'extract_features', 'rank', 'record_view',
    'save_pretrained', 'time_spans'
]
