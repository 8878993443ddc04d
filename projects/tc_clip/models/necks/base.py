"""The interface of necks that pool frame features to a video feature."""
from typing import Any, Dict, Tuple

from mmengine.model import BaseModule
from torch import Tensor

from ..tower_features import TowerFeatures


class FramePool(BaseModule):
    """Base class of MMAction2 necks for the frame features of TCCLIPViT.

    With such a neck in a config, the backbone returns frames
    (``out='frames'``). A subclass overrides :meth:`pool`.
    """

    def pool(self, frames: Tensor) -> Tensor:
        """Pools frame features ``(B, T, E)`` to video features ``(B, E)``."""
        raise NotImplementedError

    def forward(self,
                x: Tuple[Tensor, Tensor],
                data_samples: Any = None) -> Tuple[TowerFeatures, Dict]:
        """Pools the frames of a backbone's output.

        Args:
            x: frame features ``(B, T, E)`` and context tokens ``(B, P, k,
                E)``.
            data_samples: not used; MMAction2 passes them to necks.

        Returns:
            Video features ``(B, E)`` with the same context tokens, and an
            empty dict: MMAction2's necks also return losses.
        """
        frames, context = x
        return TowerFeatures(self.pool(frames), context), {}
