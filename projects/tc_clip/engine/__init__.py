"""Recipe parts that MMEngine lacks."""
from .class_names_hook import ClassNamesHook
from .epoch_seed import EpochSeedHook
from .protocol_test_loop import ProtocolTestLoop
from .run_page_hook import RunPageHook
from .timm_cosine import TimmCosineLR
from .total_batch_size import TotalBatchSizeHook

__all__ = [
    'ClassNamesHook', 'EpochSeedHook', 'ProtocolTestLoop', 'RunPageHook',
    'TimmCosineLR', 'TotalBatchSizeHook'
]
