"""A convolution over frames as an MMAction2 neck (ActionCLIP's "Conv_1D")."""
from typing import Any, Dict, Tuple

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from ..tower_features import TowerFeatures, mean_over_frames


@torch.no_grad()
def init_shift(weight: Tensor) -> None:
    """Makes a depthwise filter ``(E, 1, 3)`` shift channels in time.

    Args:
        weight: the filter. The first quarter of its channels reads the frame
            before, the last quarter the next one, and the rest its own.
    """
    quarter = len(weight) // 4
    weight.zero_()
    weight[:quarter, :, 0] = 1
    weight[quarter:-quarter or None, :, 1] = 1
    weight[-quarter or len(weight):, :, 2] = 1


@MODELS.register_module()
class FrameConv(BaseModule):
    """Adds a depthwise convolution over time, and averages over frames.

    ActionCLIP's ``Conv_1D``. It starts as a shift of channels in time, see
    :func:`init_shift`. The table of positions that the official module never
    reads does not exist here.

    Args:
        channels: width E of frame features.
        official_layout: whether to read the memory of ``(B, T, E)`` as ``(B,
            E, T)``, without a transpose, as the official code does. Then the
            filter runs over neighbouring channels rather than frames.
    """

    def __init__(self, channels: int, official_layout: bool = True) -> None:
        super().__init__()
        self.official_layout = official_layout
        self.conv = nn.Conv1d(
            channels, channels, 3, padding=1, groups=channels, bias=False)
        init_shift(self.conv.weight)

    def forward(self,
                x: Tuple[Tensor, Tensor],
                data_samples: Any = None) -> Tuple[TowerFeatures, Dict]:
        """Pools frames, see :class:`FrameMean`.

        Args:
            x: frame features ``(B, T, E)``, and context tokens.
            data_samples: not used.

        Returns:
            Video features ``(B, E)`` with the context tokens; an empty dict.
        """
        frames, context = x
        columns = frames.transpose(1, 2)  # (B, E, T)
        if self.official_layout:
            columns = frames.reshape(columns.shape)
        frames = frames + self.conv(columns).transpose(1, 2)  # (B, T, E)
        return mean_over_frames(TowerFeatures(frames, context)), {}
