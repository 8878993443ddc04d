"""Tokens that join the frames for the attention of a layer."""
from .base import TokenInjection

__all__ = ['TokenInjection']
