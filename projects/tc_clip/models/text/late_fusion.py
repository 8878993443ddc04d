"""Late fusion: class texts attend to a video after the text tower."""
from typing import List

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from open_clip.transformer import ResidualAttentionBlock
from torch import Tensor, nn


@MODELS.register_module()
class VisionTextFusion(BaseModule):
    """Cross-attention of class texts to the context tokens of a video.

    ``c + alpha * Dec(c, s)`` with blocks of CLIP's shape for the decoder and a
    learned ``alpha`` per channel: the rule of X-CLIP's video-specific prompts
    ("Vision-text late-fusion" of the ablation). It is not known how deep the
    paper's decoder was and whether it had ``alpha``: the defaults are those of
    X-CLIP. With ``num_layers=1, alpha=1.`` it is video-conditional prompting
    after the text tower.

    Args:
        channels: width E of texts and context tokens.
        num_layers: blocks of the decoder.
        alpha: initial value of ``alpha``.
        head_width: channels of an attention head.
    """

    def __init__(self,
                 channels: int,
                 num_layers: int = 2,
                 alpha: float = 0.1,
                 head_width: int = 64) -> None:
        super().__init__()
        blocks: List[nn.Module] = [
            ResidualAttentionBlock(
                channels,
                max(channels // head_width, 1),
                is_cross_attention=True) for _ in range(num_layers)
        ]
        self.layers = nn.ModuleList(blocks)
        self.alpha = nn.Parameter(torch.full((channels, ), alpha))

    def forward(self, text: Tensor, context: Tensor) -> Tensor:
        """Refines the class texts for each video.

        Args:
            text: class text features ``(B or 1, C, E)``.
            context: context tokens ``(B, k, E)``.

        Returns:
            ``(B, C, E)``.
        """
        text = text.expand(len(context), -1, -1)  # (B, C, E)
        refined = text
        # the texts of a video are queries, its context tokens keys and values
        for layer in self.layers:
            refined = layer(refined, context, context)
        return text + self.alpha * refined
