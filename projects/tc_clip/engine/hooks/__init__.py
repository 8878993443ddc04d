"""Hooks of training and testing."""
from .broken_videos import BrokenVideosHook
from .class_names import ClassNamesHook
from .class_report import ClassReportHook
from .epoch_average import EpochAverageHook
from .epoch_seed import EpochSeedHook
from .final_test import FinalTestHook
from .finite_loss import FiniteLossHook
from .interpolated_weights import InterpolatedWeightsHook
from .logit_scale_clamp import LogitScaleClampHook
from .precision import PrecisionHook
from .run_page import RunPageHook
from .safe_checkpoint import SafeCheckpointHook
from .total_batch_size import TotalBatchSizeHook

__all__ = [
    'BrokenVideosHook', 'ClassNamesHook', 'ClassReportHook',
    'EpochAverageHook', 'EpochSeedHook', 'FinalTestHook', 'FiniteLossHook',
    'InterpolatedWeightsHook', 'LogitScaleClampHook', 'PrecisionHook',
    'RunPageHook', 'SafeCheckpointHook', 'TotalBatchSizeHook'
]
