"""Heads that score videos by class texts."""
from .batch_texts import BatchTexts
from .class_text_head import ClassTextHead
from .contrast import Contrast
from .drawn_template import DrawnTemplate
from .optimal_transport import OptimalTransport
from .sampled_classes import SampledClasses
from .similarities import CosineSimilarity, FrameLogits
from .tc_clip_head import TCCLIPHead
from .text_bags import TextBags

__all__ = [
    'BatchTexts', 'ClassTextHead', 'Contrast', 'CosineSimilarity',
    'DrawnTemplate', 'FrameLogits', 'OptimalTransport', 'SampledClasses',
    'TCCLIPHead', 'TextBags'
]
