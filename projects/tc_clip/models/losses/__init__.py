"""Losses that MMAction2 does not have."""
from .multi_positive_kl import MultiPositiveKL

__all__ = ['MultiPositiveKL']
