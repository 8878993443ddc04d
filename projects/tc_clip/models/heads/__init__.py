"""Heads that score videos by class texts."""
from .class_text_head import ClassTextHead
from .tc_clip_head import TCCLIPHead

__all__ = ['ClassTextHead', 'TCCLIPHead']
