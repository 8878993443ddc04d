"""Losses that MMAction2 does not have."""
from .bag_nce import BagNCE
from .multi_positive_kl import MultiPositiveKL
from .residual_distillation import ResidualDistillation

__all__ = ['BagNCE', 'MultiPositiveKL', 'ResidualDistillation']
