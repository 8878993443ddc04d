"""Hooks, a test loop and a learning-rate schedule that MMEngine lacks."""
from .hooks import (ClassNamesHook, EpochSeedHook, RunPageHook,
                    TotalBatchSizeHook)
from .parameter_groups import ParameterGroups
from .protocol_test_loop import ProtocolTestLoop
from .timm_cosine import TimmCosineLR

__all__ = [
    'ClassNamesHook', 'EpochSeedHook', 'ParameterGroups', 'ProtocolTestLoop',
    'RunPageHook', 'TimmCosineLR', 'TotalBatchSizeHook'
]
