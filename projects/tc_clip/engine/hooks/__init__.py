"""Hooks of training and testing."""
from .class_names import ClassNamesHook
from .epoch_seed import EpochSeedHook
from .finite_loss import FiniteLossHook
from .run_page import RunPageHook
from .total_batch_size import TotalBatchSizeHook

__all__ = [
    'ClassNamesHook', 'EpochSeedHook', 'FiniteLossHook', 'RunPageHook',
    'TotalBatchSizeHook'
]
