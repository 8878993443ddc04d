"""The mean over frames as an MMAction2 neck."""
from typing import Any, Dict, Tuple

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from ..tower_features import TowerFeatures, mean_over_frames


@MODELS.register_module()
class FrameMean(BaseModule):
    """Averages the frame features of TCCLIPViT.

    Without a neck TCCLIPViT does the same. TCCLIPRecognizer accepts another
    neck in its config; the backbone then returns frames (``out='frames'``).

    Example:
        >>> neck = FrameMean()
        >>> frames = TowerFeatures(torch.rand(2, 16, 512), context)
        >>> neck(frames)[0].feature.shape  # (2, 512)
    """

    def forward(self,
                x: Tuple[Tensor, Tensor],
                data_samples: Any = None) -> Tuple[TowerFeatures, Dict]:
        """Pools frames.

        Args:
            x: frame features ``(B, T, E)`` and context tokens ``(B, P, k,
                E)``.
            data_samples: not used; MMAction2 passes them to necks.

        Returns:
            Video features ``(B, E)`` with the same context tokens, and an
            empty dict: MMAction2's necks also return losses.
        """
        return mean_over_frames(TowerFeatures(*x)), {}
