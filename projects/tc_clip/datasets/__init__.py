"""Data pipeline parts that MMAction2 lacks.

Frames from equal segments in several views, the colour augmentation with which
CLIP's video models are trained, and decord transforms that name broken videos.
"""
from .balanced_sampler import ClassBalancedSampler
from .clip_augment import ClipColorJitter, ClipGrayscale
from .pyav_decode import SafePyAVDecode, SafePyAVInit
from .safe_decode import BrokenVideoError, SafeDecordDecode, SafeDecordInit
from .sample_frames import SampleFrames
from .segment_sample import SegmentSample
from .text_bags import AddTextBag
from .video_dataset import VideoDataset

__all__ = [
    'AddTextBag', 'BrokenVideoError', 'ClassBalancedSampler',
    'ClipColorJitter', 'ClipGrayscale', 'SafeDecordDecode', 'SafeDecordInit',
    'SafePyAVDecode', 'SafePyAVInit', 'SampleFrames', 'SegmentSample',
    'VideoDataset'
]
