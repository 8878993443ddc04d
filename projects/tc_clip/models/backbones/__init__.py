"""The vision tower."""
from .patch_context import ProjectedPatches
from .tc_clip_vit import TCCLIPViT

__all__ = ['ProjectedPatches', 'TCCLIPViT']
