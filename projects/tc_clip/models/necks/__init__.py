"""Necks that pool frame features to a video feature."""
from .cls_transformer import ClsTransformer
from .frame_conv import FrameConv
from .frame_lstm import FrameLSTM
from .frame_mean import FrameMean
from .temporal_transformer import TemporalTransformer

__all__ = [
    'ClsTransformer', 'FrameConv', 'FrameLSTM', 'FrameMean',
    'TemporalTransformer'
]
