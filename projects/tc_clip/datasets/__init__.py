"""Data pipeline parts that MMAction2 lacks.

Frames from equal segments in several views, colour augmentation as CLIP's
video models are trained with, and decord transforms that say which video is
broken.
"""
from .clip_augment import ClipColorJitter, ClipGrayscale
from .safe_decode import BrokenVideoError, SafeDecordDecode, SafeDecordInit
from .segment_sample import SegmentSample

__all__ = [
    'BrokenVideoError', 'ClipColorJitter', 'ClipGrayscale', 'SafeDecordDecode',
    'SafeDecordInit', 'SegmentSample'
]
