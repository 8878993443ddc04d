"""Networks: the vision and text towers and what joins them."""
from .backbones import TCCLIPViT
from .heads import ClassTextHead, TCCLIPHead
from .recognizers import OnnxRecognizer, TCCLIPRecognizer
from .references import (ATSSelection, BipartiteSummary, CLSAttentionSelection,
                         ContextTokens, CrossFrame, DPCKNNMerge, FrameWise,
                         HeadWiseContext, JointSpaceTime, KeyNormSelection,
                         KMeansMerge, NoMerge, NoSelection,
                         PatchSaliencySelection, RandomMerge, ReferenceTokens,
                         SeedSelection, TokenSummary, WindowExpansion)
from .text import VideoConditionalPrompting, VisionTextFusion, load_class_names

__all__ = [
    'ATSSelection', 'BipartiteSummary', 'CLSAttentionSelection',
    'ClassTextHead', 'ContextTokens', 'CrossFrame', 'DPCKNNMerge', 'FrameWise',
    'HeadWiseContext', 'JointSpaceTime', 'KMeansMerge', 'KeyNormSelection',
    'NoMerge', 'NoSelection', 'OnnxRecognizer', 'PatchSaliencySelection',
    'RandomMerge', 'ReferenceTokens', 'SeedSelection', 'TCCLIPHead',
    'TCCLIPRecognizer', 'TCCLIPViT', 'TokenSummary',
    'VideoConditionalPrompting', 'VisionTextFusion', 'WindowExpansion',
    'load_class_names'
]
