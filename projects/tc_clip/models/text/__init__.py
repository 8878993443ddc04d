"""Class names, prompts and the text tower, with and without a video."""
from .around_prompt import AroundPrompt
from .class_names import load_class_names
from .deep_prompt import DeepPrompt
from .late_fusion import VisionTextFusion
from .per_class_prompt import PerClassPrompt
from .prompt_learner import PromptLearner
from .prompts import SharedPrompt
from .video_prompting import VideoConditionalPrompting
from .video_specific import VideoSpecificPrompts
from .wordings import EveryWording, MeanOfProbabilities, MeanOfWordings

__all__ = [
    'AroundPrompt', 'DeepPrompt', 'EveryWording', 'MeanOfProbabilities',
    'MeanOfWordings', 'PerClassPrompt', 'PromptLearner', 'SharedPrompt',
    'VideoConditionalPrompting', 'VideoSpecificPrompts', 'VisionTextFusion',
    'load_class_names'
]
