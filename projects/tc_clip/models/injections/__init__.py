"""Modules that add tokens to frames for the attention of a layer."""
from .base import TokenInjection

__all__ = ['TokenInjection']
