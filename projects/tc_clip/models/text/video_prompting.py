"""Conditions prompts on videos."""
import copy
from typing import Any, Sequence

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn


class CrossAttentionBlock(nn.Module):
    """A pre-norm cross-attention block with copies of a CLIP block's layers.

    Args:
        block: the block whose layers are copied, under their own names. Keys
            and values are normalised by ``ln_1_kv``, which is added: a copy
            of ``ln_1``.
    """

    def __init__(self, block: Any) -> None:
        super().__init__()
        block = copy.deepcopy(block)
        self.ln_1, self.attn, self.ls_1 = block.ln_1, block.attn, block.ls_1
        self.ln_2, self.mlp, self.ls_2 = block.ln_2, block.mlp, block.ls_2
        self.ln_1_kv = copy.deepcopy(block.ln_1)

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Lets queries ``(B, n, D)`` attend to tokens ``(B, k, D)``."""
        attended, _ = self.attn(
            self.ln_1(query),
            self.ln_1_kv(key),
            self.ln_1_kv(value),
            need_weights=False)  # (B, n, D)
        query = query + self.ls_1(attended)
        return query + self.ls_2(self.mlp(self.ln_2(query)))


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

    def __init__(self, blocks: Sequence[Any], in_channels: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(map(CrossAttentionBlock, blocks))
        width = blocks[0].attn.embed_dim
        self.project: nn.Module = nn.Identity()
        if in_channels != width:
            self.project = nn.Linear(in_channels, width)

    @torch.no_grad()
    def start_from(self, blocks: Sequence[Any]) -> None:
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
