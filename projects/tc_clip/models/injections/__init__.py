"""Modules that add tokens to frames for the attention of a layer."""
from .base import TokenInjection, TowerShape
from .message_tokens import MessageTokens
from .temporal_shift import TemporalShift
from .visual_prompts import DeepVisualPrompts
from .vita_tokens import VitaTokens

__all__ = [
    'DeepVisualPrompts', 'MessageTokens', 'TemporalShift', 'TokenInjection',
    'TowerShape', 'VitaTokens'
]
