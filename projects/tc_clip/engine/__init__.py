"""Hooks, a test loop and a learning-rate schedule that MMEngine lacks."""
from .gaussian_average import GaussianWeightAverage
from .hooks import (BrokenVideosHook, ClassNamesHook, ClassReportHook,
                    EpochAverageHook, EpochSeedHook, FinalTestHook,
                    InterpolatedWeightsHook, LogitScaleClampHook,
                    PrecisionHook, RunPageHook, TotalBatchSizeHook)
from .parameter_groups import ParameterGroups
from .protocol_test_loop import ProtocolTestLoop
from .sharding import ShardedModel, ShardedRunner, ShardedStrategy
from .slowfast_cosine import SlowFastCosineLR
from .timm_cosine import TimmCosineLR

__all__ = [
    'BrokenVideosHook', 'ClassNamesHook', 'ClassReportHook',
    'EpochAverageHook', 'EpochSeedHook', 'FinalTestHook',
    'GaussianWeightAverage', 'InterpolatedWeightsHook', 'LogitScaleClampHook',
    'ParameterGroups', 'PrecisionHook', 'ProtocolTestLoop', 'RunPageHook',
    'ShardedModel', 'ShardedRunner', 'ShardedStrategy', 'SlowFastCosineLR',
    'TimmCosineLR', 'TotalBatchSizeHook'
]
