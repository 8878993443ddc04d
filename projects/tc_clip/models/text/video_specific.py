"""Video-specific prompts: class texts attend to patches (X-CLIP)."""
from collections import OrderedDict

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from ...clip.towers import QuickGELU
from ..attention import split_heads


class VideoPromptLayer(nn.Module):
    """A decoder layer: texts are queries, tokens of a video keys and values.

    Args:
        channels: width E of texts and video tokens.
        heads: attention heads, H.
    """

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(channels)
        self.q_proj = nn.Linear(channels, channels, bias=False)
        self.k_proj = nn.Linear(channels, channels, bias=False)
        self.v_proj = nn.Linear(channels, channels, bias=False)
        self.proj = nn.Linear(channels, channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(
            OrderedDict(
                c_fc=nn.Linear(channels, 4 * channels),
                gelu=QuickGELU(),
                c_proj=nn.Linear(4 * channels, channels)))

    def attend(self, text: Tensor, video: Tensor) -> Tensor:
        """Returns what normed texts read, see :meth:`forward`."""
        query, key, value = (
            split_heads(x, self.heads)
            for x in (self.q_proj(text), self.k_proj(video),
                      self.v_proj(video)))
        # queries (B or 1, H, C, d); keys and values (B, H, k, d), which all
        # texts of a video share
        read = F.scaled_dot_product_attention(
            query.expand(len(video), -1, -1, -1), key, value)
        return self.proj(read.transpose(1, 2).flatten(2))  # (B, C, E)

    def forward(self, text: Tensor, video: Tensor) -> Tensor:
        """Refines texts.

        Args:
            text: ``(B or 1, C, E)``.
            video: normed tokens of the videos ``(B, k, E)``.

        Returns:
            ``(B, C, E)``.
        """
        text = text + self.attend(self.norm1(text), video)
        return text + self.mlp(self.norm2(text))


def init_truncated(module: nn.Module) -> None:
    """Draws a linear layer from a truncated normal (0.02), without bias."""
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


@MODELS.register_module()
class VideoSpecificPrompts(BaseModule):
    """Cross-attention of class texts to patches of a video (X-CLIP).

    ``c + alpha * Dec(c, LN(z))`` with a learned ``alpha`` per channel. The
    result of the decoder contains ``c`` again, through its residual
    connections. Tokens of the video are normed once for all layers.

    It has X-CLIP's layers. :class:`VisionTextFusion` is the same rule with
    blocks of CLIP's shape. X-CLIP's context tokens are those of
    :class:`ProjectedPatches`, and gradients of the text side reach them
    (``detach_context=False`` in the head).

    Args:
        channels: width E of texts and context tokens.
        num_layers: layers of the decoder.
        alpha: initial value of ``alpha``. The paper's code sets 0.1.
        head_width: channels of an attention head.
    """

    def __init__(self,
                 channels: int,
                 num_layers: int = 2,
                 alpha: float = 0.1,
                 head_width: int = 64) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        heads = max(channels // head_width, 1)
        self.layers = nn.ModuleList(
            VideoPromptLayer(channels, heads) for _ in range(num_layers))
        self.alpha = nn.Parameter(torch.full((channels, ), alpha))
        self.apply(init_truncated)

    def forward(self, text: Tensor, context: Tensor) -> Tensor:
        """Refines the class texts for each video.

        Args:
            text: class text features ``(B or 1, C, E)``.
            context: context tokens ``(B, k, E)``.

        Returns:
            ``(B, C, E)``.
        """
        video, refined = self.norm(context), text
        for layer in self.layers:
            refined = layer(refined, video)  # (B, C, E)
        return text + self.alpha * refined
