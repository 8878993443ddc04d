"""Networks: the vision tower, the text tower, and modules between them."""
from .backbones import TCCLIPViT
from .heads import (BatchTexts, ClassTextHead, Contrast, CosineSimilarity,
                    SampledClasses, TCCLIPHead)
from .injections import TokenInjection
from .losses import MultiPositiveKL
from .necks import FrameMean
from .recognizers import OnnxRecognizer, TCCLIPRecognizer
from .references import (ATSSelection, BipartiteSummary, CLSAttentionSelection,
                         ContextTokens, CrossFrame, DPCKNNMerge, FrameWise,
                         HeadWiseContext, JointSpaceTime, KeyNormSelection,
                         KMeansMerge, NoMerge, NoSelection,
                         PatchSaliencySelection, RandomMerge, ReferenceTokens,
                         SeedSelection, TokenSummary, WindowExpansion)
from .text import (AroundPrompt, DeepPrompt, MeanOfProbabilities,
                   MeanOfWordings, PerClassPrompt, PromptLearner, SharedPrompt,
                   VideoConditionalPrompting, VisionTextFusion,
                   load_class_names)

__all__ = [
    'ATSSelection', 'AroundPrompt', 'BatchTexts', 'BipartiteSummary',
    'CLSAttentionSelection', 'ClassTextHead', 'ContextTokens', 'Contrast',
    'CosineSimilarity', 'CrossFrame', 'DPCKNNMerge', 'DeepPrompt', 'FrameMean',
    'FrameWise', 'HeadWiseContext', 'JointSpaceTime', 'KMeansMerge',
    'KeyNormSelection', 'MeanOfProbabilities', 'MeanOfWordings',
    'MultiPositiveKL', 'NoMerge', 'NoSelection', 'OnnxRecognizer',
    'PatchSaliencySelection', 'PerClassPrompt', 'PromptLearner', 'RandomMerge',
    'ReferenceTokens', 'SampledClasses', 'SeedSelection', 'SharedPrompt',
    'TCCLIPHead', 'TCCLIPRecognizer', 'TCCLIPViT', 'TokenInjection',
    'TokenSummary', 'VideoConditionalPrompting', 'VisionTextFusion',
    'WindowExpansion', 'load_class_names'
]
