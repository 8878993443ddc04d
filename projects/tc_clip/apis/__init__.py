"""What users call from Python on videos of their own."""
from .features import VideoFeatures, extract_features
from .inferencer import TCCLIPInferencer
from .predictions import NONE_OF_THESE, Guess, Prediction, rank
from .time_spans import TimeSpan, time_spans

__all__ = [
    'Guess', 'NONE_OF_THESE', 'Prediction', 'TCCLIPInferencer', 'TimeSpan',
    'VideoFeatures', 'extract_features', 'rank', 'time_spans'
]
