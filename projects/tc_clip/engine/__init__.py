"""Recipe parts that MMEngine lacks."""
from .class_names_hook import ClassNamesHook
from .timm_cosine import TimmCosineLR
from .total_batch_size import TotalBatchSizeHook

__all__ = ['ClassNamesHook', 'TimmCosineLR', 'TotalBatchSizeHook']
