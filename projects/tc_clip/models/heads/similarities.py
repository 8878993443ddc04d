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


@MODELS.register_module()
class FrameLogits(CosineSimilarity):
    """The mean over frames of the cosines to each text (Open-VCLIP, FROSTER).

    It needs ``backbone=dict(out='frames')``. Frames have unit length, and
    their mean does not: videos whose frames differ have smaller cosines.
    """

    def forward(self, video: Tensor, text: Tensor) -> Tensor:
        """Compares frames and texts.

        Args:
            video: unit vectors of frames ``(B, T, E)``.
            text: unit vectors ``(B or 1, C, E)``.

        Returns:
            Mean cosines ``(B, C)``.

        Raises:
            ValueError: there is one vector for each video.
        """
        if video.dim() != 3:
            raise ValueError(
                f'FrameLogits compares frames (B, T, E), but got videos '
                f"{tuple(video.shape)}: set out='frames' in the backbone, and "
                'no neck')
        # the mean of products is the product with the mean: (B, T, E)->(B, E)
        return super().forward(video.mean(1), text)
