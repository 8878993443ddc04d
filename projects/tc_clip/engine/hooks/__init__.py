"""Hooks of training and testing."""
from .class_names import ClassNamesHook
from .epoch_average import EpochAverageHook
from .epoch_seed import EpochSeedHook
from .finite_loss import FiniteLossHook
from .interpolated_weights import InterpolatedWeightsHook
from .logit_scale_clamp import LogitScaleClampHook
from .run_page import RunPageHook
from .total_batch_size import TotalBatchSizeHook

__all__ = [
    'ClassNamesHook', 'EpochAverageHook', 'EpochSeedHook', 'FiniteLossHook',
    'InterpolatedWeightsHook', 'LogitScaleClampHook', 'RunPageHook',
    'TotalBatchSizeHook'
]
