"""Compares videos with class texts."""
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor


@MODELS.register_module()
class CosineSimilarity(BaseModule):
    """The cosine between a video feature and each class text.

    Another similarity is a module with the same ``forward``. With
    ``backbone=dict(out='frames')`` it gets frames in place of videos.
    """

    def forward(self, video: Tensor, text: Tensor) -> Tensor:
        """Compares videos and texts.

        Args:
            video: unit vectors ``(B, E)``.
            text: unit vectors ``(B or 1, C, E)``.

        Returns:
            Cosines ``(B, C)``.
        """
        # (B or 1, C, E) @ (B, E, 1) -> (B, C, 1)
        return (text @ video.unsqueeze(-1)).squeeze(-1)
