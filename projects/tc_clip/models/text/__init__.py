"""From class names to text features, and how a video enters them."""
from .class_names import load_class_names
from .late_fusion import VisionTextFusion
from .video_prompting import VideoConditionalPrompting

__all__ = ['VideoConditionalPrompting', 'VisionTextFusion', 'load_class_names']
