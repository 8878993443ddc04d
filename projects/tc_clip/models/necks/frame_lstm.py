"""An LSTM over frames as an MMAction2 neck (ActionCLIP's "LSTM")."""
from typing import Any, Dict, Tuple

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from ..tower_features import TowerFeatures, mean_over_frames


@MODELS.register_module()
class FrameLSTM(BaseModule):
    """Adds the outputs of an LSTM to frame features, and averages them.

    ActionCLIP's ``LSTM``. The table of positions that the official module
    never reads does not exist here.

    Args:
        channels: width E of frame features.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(channels, channels, batch_first=True)

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
        frames = frames + self.lstm(frames)[0]
        return mean_over_frames(TowerFeatures(frames, context)), {}
