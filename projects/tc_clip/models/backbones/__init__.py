"""The vision tower."""
from .tc_clip_vit import TCCLIPViT

__all__ = ['TCCLIPViT']
