"""Class names, prompts and the text tower, with and without a video."""
from .class_names import load_class_names
from .late_fusion import VisionTextFusion
from .prompts import SharedPrompt
from .video_prompting import VideoConditionalPrompting
from .video_specific import VideoSpecificPrompts
from .wordings import MeanOfWordings

__all__ = [
    'MeanOfWordings', 'SharedPrompt', 'VideoConditionalPrompting',
    'VideoSpecificPrompts', 'VisionTextFusion', 'load_class_names'
]
