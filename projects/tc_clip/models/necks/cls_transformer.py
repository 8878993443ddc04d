"""A transformer with a class token over frames (ActionCLIP's "Transf_cls")."""
import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from .base import FramePool


@MODELS.register_module()
class ClsTransformer(FramePool):
    """Returns a class token that attends to the frames.

    ActionCLIP's ``Transf_cls``: torch's encoder with norms behind the
    residual connections, ReLU, and a norm at the end. The table of frame
    positions that the official module never reads does not exist here.

    Args:
        channels: width E of frame features.
        num_frames: frames of a clip, T.
        num_layers: layers of the encoder.
        mlp_width: width of the feed forward layers.
        dropout: dropout rate in training.
        head_width: channels of an attention head.
    """

    def __init__(self,
                 channels: int,
                 num_frames: int,
                 num_layers: int = 6,
                 mlp_width: int = 2048,
                 dropout: float = 0.1,
                 head_width: int = 64) -> None:
        super().__init__()
        self.cls = nn.Parameter(torch.empty(channels))
        self.positions = nn.Parameter(torch.empty(num_frames + 1, channels))
        for table in (self.cls, self.positions):
            nn.init.trunc_normal_(table, std=.02)
        layer = nn.TransformerEncoderLayer(
            channels,
            max(channels // head_width, 1),
            mlp_width,
            dropout,
            batch_first=True)
        self.encoder = nn.TransformerEncoder(
            layer,
            num_layers,
            nn.LayerNorm(channels),
            enable_nested_tensor=False)

    def pool(self, frames: Tensor) -> Tensor:
        """Pools frames.

        Args:
            frames: ``(B, T, E)``.

        Returns:
            The class token ``(B, E)``.

        Raises:
            ValueError: the clip has another number of frames.
        """
        if frames.shape[1] + 1 != len(self.positions):
            raise ValueError(
                f'A clip has {frames.shape[1]} frames, but ClsTransformer has '
                f'num_frames={len(self.positions) - 1}: sample as many frames')
        cls = self.cls.expand(len(frames), 1, -1)
        tokens = torch.cat((cls, frames), 1) + self.positions  # (B, T + 1, E)
        return self.encoder(tokens)[:, 0]
