"""Necks that pool frame features to a video feature."""
from .frame_mean import FrameMean

__all__ = ['FrameMean']
