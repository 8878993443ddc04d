"""Models of TC-CLIP: the vision and text towers and what joins them."""
from .prompting import VideoConditionalPrompting
from .reference_tokens import ContextTokens, FrameWise, ReferenceTokens
from .seed_selection import CLSAttentionSelection
from .tc_clip_head import TCCLIPHead
from .tc_clip_recognizer import TCCLIPRecognizer
from .tc_clip_vit import TCCLIPViT
from .token_merging import BipartiteSummary

__all__ = [
    'BipartiteSummary', 'CLSAttentionSelection', 'ContextTokens', 'FrameWise',
    'ReferenceTokens', 'TCCLIPHead', 'TCCLIPRecognizer', 'TCCLIPViT',
    'VideoConditionalPrompting'
]
