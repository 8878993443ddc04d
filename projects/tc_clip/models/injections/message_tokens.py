"""Cross-frame communication: each frame gets a message (X-CLIP)."""
import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from .base import TokenInjection, TowerShape


class MessageLayer(nn.Module):
    """Makes the messages of a layer from the CLS tokens of a video.

    Args:
        width: channels of a token, D.
        heads: attention heads.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.fc = nn.Linear(width, width)
        self.ln = nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, cls: Tensor) -> Tensor:
        """Turns CLS tokens ``(B, T, D)`` into messages ``(B, T, D)``."""
        message = self.fc(cls)
        x = self.ln(message)
        # over the T messages of each video
        return message + self.attn(x, x, x, need_weights=False)[0]


@MODELS.register_module()
class MessageTokens(TokenInjection):
    """Cross-frame communication attention (X-CLIP).

    In each layer a frame has a message token, ``m = fc(CLS)``. Messages of a
    video attend to each other, ``m + MHSA(LN(m))``, and each frame attends to
    its message. The next layer makes new ones. Layers are initialised as torch
    does by default, like the official ones.

    Args:
        tower: see :class:`TokenInjection`.

    Example:
        >>> backbone = dict(
        ...     type='TCCLIPViT', injection=dict(type='MessageTokens'))
    """

    def __init__(self, tower: TowerShape) -> None:
        super().__init__(tower)
        self.layers = nn.ModuleList(
            MessageLayer(tower.width, tower.heads) for _ in range(tower.depth))

    def insert(self, tokens: Tensor, layer: int) -> Tensor:
        """See :class:`TokenInjection`: appends a message to each frame."""
        message = self.layers[layer - 1](tokens[:, :, 0])  # (B, T, D)
        return torch.cat((tokens, message.unsqueeze(2)), 2)  # (B, T, N + 1, D)
