"""Networks: the vision tower, the text tower, and modules between them."""
from .backbones import ProjectedPatches, TCCLIPViT
from .heads import (BatchTexts, ClassTextHead, Contrast, CosineSimilarity,
                    DrawnTemplate, FrameLogits, OptimalTransport,
                    SampledClasses, TCCLIPHead, TextBags)
from .injections import (DeepVisualPrompts, MessageTokens, TemporalShift,
                         TokenInjection, VitaTokens)
from .losses import BagNCE, MultiPositiveKL, ResidualDistillation
from .necks import (ClsTransformer, FrameConv, FrameLSTM, FrameMean,
                    TemporalTransformer)
from .recognizers import DistilledRecognizer, OnnxRecognizer, TCCLIPRecognizer
from .references import (ATSSelection, BipartiteSummary, CLSAttentionSelection,
                         ContextTokens, CrossFrame, DPCKNNMerge, FrameWise,
                         HeadWiseContext, JointSpaceTime, KeyNormSelection,
                         KMeansMerge, NoMerge, NoSelection,
                         PatchSaliencySelection, RandomMerge, ReferenceTokens,
                         SeedSelection, TokenSummary, WindowExpansion)
from .text import (AroundPrompt, DeepPrompt, EveryWording, MeanOfProbabilities,
                   MeanOfWordings, PerClassPrompt, PromptLearner, SharedPrompt,
                   VideoConditionalPrompting, VideoSpecificPrompts,
                   VisionTextFusion, load_class_names)

__all__ = [
    'ATSSelection', 'AroundPrompt', 'BagNCE', 'BatchTexts', 'BipartiteSummary',
    'CLSAttentionSelection', 'ClassTextHead', 'ClsTransformer',
    'ContextTokens', 'Contrast', 'CosineSimilarity', 'CrossFrame',
    'DPCKNNMerge', 'DeepPrompt', 'DeepVisualPrompts', 'DistilledRecognizer',
    'DrawnTemplate', 'EveryWording', 'FrameConv', 'FrameLSTM', 'FrameLogits',
    'FrameMean', 'FrameWise', 'HeadWiseContext', 'JointSpaceTime',
    'KMeansMerge', 'KeyNormSelection', 'MeanOfProbabilities', 'MeanOfWordings',
    'MessageTokens', 'MultiPositiveKL', 'NoMerge', 'NoSelection',
    'OnnxRecognizer', 'OptimalTransport', 'PatchSaliencySelection',
    'PerClassPrompt', 'ProjectedPatches', 'PromptLearner', 'RandomMerge',
    'ReferenceTokens', 'ResidualDistillation', 'SampledClasses',
    'SeedSelection', 'SharedPrompt', 'TCCLIPHead', 'TCCLIPRecognizer',
    'TCCLIPViT', 'TemporalShift', 'TemporalTransformer', 'TextBags',
    'TokenInjection', 'TokenSummary', 'VideoConditionalPrompting',
    'VideoSpecificPrompts', 'VisionTextFusion', 'VitaTokens',
    'WindowExpansion', 'load_class_names'
]
