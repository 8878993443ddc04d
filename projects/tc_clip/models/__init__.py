"""Models of TC-CLIP: the vision and text towers and what joins them."""
from .fusion import VisionTextFusion
from .head_wise_context import HeadWiseContext
from .prompting import VideoConditionalPrompting
from .reference_tokens import ContextTokens, FrameWise, ReferenceTokens
from .seed_selection import (ATSSelection, CLSAttentionSelection,
                             KeyNormSelection, NoSelection,
                             PatchSaliencySelection, SeedSelection)
from .tc_clip_head import TCCLIPHead
from .tc_clip_recognizer import TCCLIPRecognizer
from .tc_clip_vit import TCCLIPViT
from .temporal_references import CrossFrame, JointSpaceTime, WindowExpansion
from .token_clustering import DPCKNNMerge, KMeansMerge, RandomMerge
from .token_merging import BipartiteSummary, NoMerge, TokenSummary

__all__ = [
    'ATSSelection', 'BipartiteSummary', 'CLSAttentionSelection',
    'ContextTokens', 'CrossFrame', 'DPCKNNMerge', 'FrameWise',
    'HeadWiseContext', 'JointSpaceTime', 'KMeansMerge', 'KeyNormSelection',
    'NoMerge', 'NoSelection', 'PatchSaliencySelection', 'RandomMerge',
    'ReferenceTokens', 'SeedSelection', 'TCCLIPHead', 'TCCLIPRecognizer',
    'TCCLIPViT', 'TokenSummary', 'VideoConditionalPrompting',
    'VisionTextFusion', 'WindowExpansion'
]
