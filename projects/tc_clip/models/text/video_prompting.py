"""Conditions prompts on videos."""
import copy
from typing import Sequence

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from open_clip.transformer import ResidualAttentionBlock
from torch import Tensor, nn


@MODELS.register_module()
class VideoConditionalPrompting(BaseModule):
    """Cross-attention of prompt vectors to the context tokens of a video.

    It has a pre-norm cross-attention block of CLIP's shape for each
    conditioned text layer (slides, "Video-conditional Prompting"): ``p +
    MHCA(LN(p), LN(s))``, then ``p + FFN(LN(p))``.

    Args:
        blocks: the CLIP text blocks before which the prompts are conditioned;
            :meth:`start_from` copies their weights.
        in_channels: width E of the context tokens. If the text tower has
            another width, a linear projection comes first.
    """

    def __init__(self, blocks: Sequence[ResidualAttentionBlock],
                 in_channels: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            self._cross_attention(block) for block in blocks)
        width = blocks[0].attn.embed_dim
        self.project: nn.Module = nn.Identity()
        if in_channels != width:
            self.project = nn.Linear(in_channels, width)

    @staticmethod
    def _cross_attention(block: ResidualAttentionBlock) -> nn.Module:
        """Makes a cross-attention block from a CLIP block."""
        layer = copy.deepcopy(block)
        # open_clip's block normalises keys and values by `ln_1_kv`, if present
        layer.ln_1_kv = copy.deepcopy(block.ln_1)
        return layer

    @torch.no_grad()
    def start_from(self, blocks: Sequence[ResidualAttentionBlock]) -> None:
        """Copies the weights of CLIP blocks.

        Args:
            blocks: the blocks before which prompts are conditioned, with their
                final weights.
        """
        for layer, block in zip(self.layers, blocks):
            weights = block.state_dict()
            for name in ('weight', 'bias'):
                weights[f'ln_1_kv.{name}'] = weights[f'ln_1.{name}']
            layer.load_state_dict(weights)

    def forward(self, prompts: Tensor, context: Tensor, index: int) -> Tensor:
        """Conditions the prompts on the videos.

        Args:
            prompts: ``(B or 1, n, D)``.
            context: context tokens ``(B, k, E)``.
            index: which of the conditioned layers this is, from 0.

        Returns:
            ``(B, n, D)``.
        """
        context = self.project(context)  # (B, k, D)
        prompts = prompts.expand(len(context), -1, -1)  # (B, n, D)
        return self.layers[index](prompts, context, context)
