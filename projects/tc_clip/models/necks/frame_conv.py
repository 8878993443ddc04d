"""A convolution over frames as an MMAction2 neck (ActionCLIP's "Conv_1D")."""
import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from .base import FramePool


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
class FrameConv(FramePool):
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

    def pool(self, frames: Tensor) -> Tensor:
        """Pools frames ``(B, T, E)``: ``(B, E)``."""
        columns = frames.transpose(1, 2)  # (B, E, T)
        if self.official_layout:
            columns = frames.reshape(columns.shape)
        return (frames + self.conv(columns).transpose(1, 2)).mean(1)
