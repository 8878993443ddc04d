"""An LSTM over frames as an MMAction2 neck (ActionCLIP's "LSTM")."""
from mmaction.registry import MODELS
from torch import Tensor, nn

from .base import FramePool


@MODELS.register_module()
class FrameLSTM(FramePool):
    """Adds the outputs of an LSTM to frame features, and averages them.

    ActionCLIP's ``LSTM``. The table of positions that the official module
    never reads does not exist here.

    Args:
        channels: width E of frame features.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(channels, channels, batch_first=True)

    def pool(self, frames: Tensor) -> Tensor:
        """Pools frames ``(B, T, E)``: ``(B, E)``."""
        return (frames + self.lstm(frames)[0]).mean(1)
