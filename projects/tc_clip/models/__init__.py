"""Networks: the vision tower, the text tower, and modules between them."""
from .backbones import ProjectedPatches, TCCLIPViT
from .heads import ClassTextHead, CosineSimilarity, TCCLIPHead
from .injections import (DeepVisualPrompts, MessageTokens, TemporalShift,
                         TokenInjection, VitaTokens)
from .necks import (ClsTransformer, FrameConv, FrameLSTM, FrameMean,
                    TemporalTransformer)
from .recognizers import OnnxRecognizer, TCCLIPRecognizer
from .references import (ATSSelection, BipartiteSummary, CLSAttentionSelection,
                         ContextTokens, CrossFrame, DPCKNNMerge, FrameWise,
                         HeadWiseContext, JointSpaceTime, KeyNormSelection,
                         KMeansMerge, NoMerge, NoSelection,
                         PatchSaliencySelection, RandomMerge, ReferenceTokens,
                         SeedSelection, TokenSummary, WindowExpansion)
from .text import (MeanOfWordings, SharedPrompt, VideoConditionalPrompting,
                   VideoSpecificPrompts, VisionTextFusion, load_class_names)

__all__ = [
    'ATSSelection', 'BipartiteSummary', 'CLSAttentionSelection',
    'ClassTextHead', 'ClsTransformer', 'ContextTokens', 'CosineSimilarity',
    'CrossFrame', 'DPCKNNMerge', 'DeepVisualPrompts', 'FrameConv', 'FrameLSTM',
    'FrameMean', 'FrameWise', 'HeadWiseContext', 'JointSpaceTime',
    'KMeansMerge', 'KeyNormSelection', 'MeanOfWordings', 'MessageTokens',
    'NoMerge', 'NoSelection', 'OnnxRecognizer', 'PatchSaliencySelection',
    'ProjectedPatches', 'RandomMerge', 'ReferenceTokens', 'SeedSelection',
    'SharedPrompt', 'TCCLIPHead', 'TCCLIPRecognizer', 'TCCLIPViT',
    'TemporalShift', 'TemporalTransformer', 'TokenInjection', 'TokenSummary',
    'VideoConditionalPrompting', 'VideoSpecificPrompts', 'VisionTextFusion',
    'VitaTokens', 'WindowExpansion', 'load_class_names'
]
