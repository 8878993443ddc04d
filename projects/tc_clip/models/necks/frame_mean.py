"""The mean over frames as an MMAction2 neck."""
from mmaction.registry import MODELS
from torch import Tensor

from .base import FramePool


@MODELS.register_module()
class FrameMean(FramePool):
    """Averages the frame features of TCCLIPViT.

    Without a neck TCCLIPViT does the same. TCCLIPRecognizer accepts another
    neck in its config; the backbone then returns frames (``out='frames'``).

    Example:
        >>> neck = FrameMean()
        >>> frames = TowerFeatures(torch.rand(2, 16, 512), context)
        >>> neck(frames)[0].feature.shape  # (2, 512)
    """

    def pool(self, frames: Tensor) -> Tensor:
        """Averages frames ``(B, T, E)``: ``(B, E)``."""
        return frames.mean(1)
