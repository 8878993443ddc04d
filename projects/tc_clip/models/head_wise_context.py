"""Temporal contextualization in every attention head on its own."""
from typing import Optional

import torch
from mmaction.registry import MODELS
from torch import Tensor

from .attention import AttentionInputs, split_heads
from .reference_tokens import Context, ContextTokens


def heads_as_videos(x: Tensor) -> Tensor:
    """Counts heads as videos: ``(B, T, H, ...)`` to ``(B * H, T, ...)``."""
    return x.transpose(1, 2).flatten(0, 1)


@torch.no_grad()
def inputs_of_heads(inputs: AttentionInputs) -> AttentionInputs:
    """Makes the attention of each head one of a video with a single head."""
    query, key, value, bias = inputs
    if bias is not None:
        bias = bias.expand(*query.shape[:3], -1, -1)
        bias = heads_as_videos(bias).unsqueeze(2)
    query, key, value = (
        heads_as_videos(x).unsqueeze(2) for x in (query, key, value))
    return AttentionInputs(query, key, value, bias)


@MODELS.register_module()
class HeadWiseContext(ContextTokens):
    """Context tokens for which every head has seeds of its own.

    A head selects its seeds in each frame by its own scores, and summarises
    its own slice of the tokens; the slices of all heads, side by side, are
    the context tokens. This is the second reading of "head-wise" in the
    ablation; the default one is ``per_head=True`` of a selection.

    Args:
        kwargs: those of :class:`ContextTokens`.

    Example:
        >>> reference = dict(
        ...     type='HeadWiseContext',
        ...     selection=dict(type='KeyNormSelection'))
        >>> backbone = dict(type='TCCLIPViT', reference=reference)
    """

    def forward(self, tokens: Tensor,
                inputs: AttentionInputs) -> Optional[Context]:
        """See :class:`ReferenceTokens`.

        Returns:
            The context tokens ``(B, k, D)``, and the seeds and owners of
            every head ``(B, T, H, n)``.
        """
        heads = inputs.query.shape[2]
        made = super().forward(
            heads_as_videos(split_heads(tokens, heads)),
            inputs_of_heads(inputs))
        if made is None:
            return None
        # (B * H, ...) -> (B, H, ...), then H beside what it is joined to
        merged, seed_index, owner = (
            x.unflatten(0, (-1, heads)).transpose(1, 2) for x in made)
        return Context(merged.flatten(2), seed_index, owner)
