"""Heads that score videos by class texts."""
from .class_text_head import ClassTextHead
from .similarities import CosineSimilarity
from .tc_clip_head import TCCLIPHead

__all__ = ['ClassTextHead', 'CosineSimilarity', 'TCCLIPHead']
