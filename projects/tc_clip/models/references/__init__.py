"""Temporal models: which tokens of a video every frame reads."""
from .base import FrameWise, ReferenceTokens
from .context_tokens import ContextTokens, HeadWiseContext
from .other_frames import CrossFrame, JointSpaceTime, WindowExpansion
from .seed_selection import (ATSSelection, CLSAttentionSelection,
                             KeyNormSelection, NoSelection,
                             PatchSaliencySelection, SeedSelection)
from .token_clustering import DPCKNNMerge, KMeansMerge, RandomMerge
from .token_merging import BipartiteSummary, NoMerge, TokenSummary

__all__ = [
    'ATSSelection', 'BipartiteSummary', 'CLSAttentionSelection',
    'ContextTokens', 'CrossFrame', 'DPCKNNMerge', 'FrameWise',
    'HeadWiseContext', 'JointSpaceTime', 'KMeansMerge', 'KeyNormSelection',
    'NoMerge', 'NoSelection', 'PatchSaliencySelection', 'RandomMerge',
    'ReferenceTokens', 'SeedSelection', 'TokenSummary', 'WindowExpansion'
]
