"""Temporal contextualization: makes context tokens from patches."""
import warnings
from typing import Optional

import torch
from mmaction.registry import MODELS
from torch import Tensor

from ..attention import AttentionCall, KeyValue, split_heads, with_references
from .base import Context, ReferenceTokens


@MODELS.register_module()
class ContextTokens(ReferenceTokens):
    """Temporal contextualization: frames attend to a summary of the video.

    In each layer the most informative patches of every frame (seed tokens) are
    merged over the whole video into a few context tokens, to which all frames
    attend in the next layer (slides, "Temporal Contextualization").

    Args:
        num_tokens: context tokens per video (k in the paper). 0 turns them
            off: each frame attends only to itself.
        seed_ratio: share of the patches of a frame that become seed tokens,
            alpha in the paper.
        merge_step: tokens that one round of merging removes, r.
        selection: config of the seed selection.
        summary: config of the summary of the seeds.
        seed_weights: config of the seed selection whose scores weight the
            seeds in their summary; None gives all seeds the same weight.
        weights: old name of ``seed_weights``, from version 0.1.0.

    Raises:
        ValueError: an option is out of its range.

    Example:
        >>> reference = dict(type='ContextTokens', num_tokens=96)
        >>> backbone = dict(type='TCCLIPViT', reference=reference)
    """

    def __init__(self,
                 num_tokens: int = 96,
                 seed_ratio: float = 0.3,
                 merge_step: int = 100,
                 selection: Optional[dict] = None,
                 summary: Optional[dict] = None,
                 seed_weights: Optional[dict] = None,
                 weights: Optional[dict] = None) -> None:
        super().__init__()
        if weights is not None:
            warnings.warn(
                'ContextTokens(weights=...) is now called seed_weights',
                FutureWarning)
            seed_weights = seed_weights or weights
        if not 0 < seed_ratio <= 1:
            raise ValueError(f'seed_ratio={seed_ratio} is not in (0, 1]')
        numbers = isinstance(num_tokens, int) and isinstance(merge_step, int)
        if not numbers or num_tokens < 0 or merge_step < 1:
            raise ValueError(
                f'num_tokens={num_tokens} must be a whole number from 0 on, '
                f'and merge_step={merge_step} one from 1 on')
        self.num_tokens = num_tokens
        self.seed_ratio = seed_ratio
        self.merge_step = merge_step
        self.selection = MODELS.build(
            selection or dict(type='CLSAttentionSelection'))
        self.summary = MODELS.build(summary or dict(type='BipartiteSummary'))
        self.seed_weights = MODELS.build(
            seed_weights) if seed_weights else None

    def has_references(self, layer: int) -> bool:
        """See :class:`ReferenceTokens`: the first layer has no context."""
        return layer > 1 and self.num_tokens > 0

    def join(self, query: Tensor, key: Tensor, value: Tensor,
             context: Optional[KeyValue],
             bias: Optional[Tensor]) -> AttentionCall:
        """See :class:`ReferenceTokens`: all frames get the same references."""
        if context is None:
            return AttentionCall(query, key, value)
        # one axis for frames: (B, H, k, d) -> (B, 1, H, k, d)
        shared = context[0].unsqueeze(1), context[1].unsqueeze(1)
        return with_references(query, key, value, shared, bias)

    @torch.no_grad()
    def _weights_of(self, call: AttentionCall,
                    seed_index: Tensor) -> Optional[Tensor]:
        """Returns the weight of each seed ``(B, T * n, 1)``, if any."""
        if self.seed_weights is None:
            return None
        scores = self.seed_weights.score(call)  # (B, T, P)
        return scores.gather(2, seed_index).flatten(1).unsqueeze(-1)

    def forward(self, tokens: Tensor,
                call: AttentionCall) -> Optional[Context]:
        """See :class:`ReferenceTokens`: selects and summarises seeds."""
        if not self.num_tokens:
            return None
        patches = tokens[:, :, 1:]  # (B, T, P, D), without CLS
        num_seeds = max(int(self.seed_ratio * patches.shape[2]), 1)  # n
        seed_index = self.selection(call, num_seeds)  # (B, T, n)
        # one index for all D channels of a seed
        index = seed_index.unsqueeze(-1).expand(-1, -1, -1, patches.shape[-1])
        # The seeds of all frames are merged together: (B, T * n, D).
        seeds = patches.gather(2, index).flatten(1, 2)
        merged, token_of_seed = self.summary(
            seeds, self.num_tokens, self.merge_step,
            self._weights_of(call, seed_index))
        # merged is (B, k, D), token_of_seed (B, T * n)
        return Context(merged, seed_index, token_of_seed.view_as(seed_index))


def heads_as_videos(x: Tensor) -> Tensor:
    """Treats heads as videos: ``(B, T, H, ...)`` to ``(B * H, T, ...)``."""
    return x.transpose(1, 2).flatten(0, 1)


@torch.no_grad()
def call_of_heads(call: AttentionCall) -> AttentionCall:
    """Makes each head a video with a single head."""
    query, key, value, bias = call
    if bias is not None:
        # (..., 1, N + M) -> (B, T, H, 1, N + M) -> (B * H, T, 1, 1, N + M)
        bias = bias.expand(*query.shape[:3], -1, -1)
        bias = heads_as_videos(bias).unsqueeze(2)
    # (B, T, H, N, d) -> (B * H, T, 1, N, d)
    query, key, value = (
        heads_as_videos(x).unsqueeze(2) for x in (query, key, value))
    return AttentionCall(query, key, value, bias)


@MODELS.register_module()
class HeadWiseContext(ContextTokens):
    """Context tokens for which each head selects and merges seeds separately.

    A head selects its seeds in each frame by its scores, and summarises its
    slice of the tokens; the slices of all heads, side by side, are the
    context tokens. This is the second reading of "head-wise" in the ablation;
    the default one is ``per_head=True`` of a selection.

    Args:
        **kwargs: options of :class:`ContextTokens`.

    Example:
        >>> reference = dict(
        ...     type='HeadWiseContext',
        ...     selection=dict(type='KeyNormSelection'))
        >>> backbone = dict(type='TCCLIPViT', reference=reference)
    """

    def forward(self, tokens: Tensor,
                call: AttentionCall) -> Optional[Context]:
        """See :class:`ReferenceTokens`.

        Args:
            tokens: ``(B, T, N, D)``, CLS first.
            call: inputs of the layer's attention.

        Returns:
            The context tokens ``(B, k, D)``, and the seeds of every head and
            the tokens that hold them ``(B, T, H, n)``.
        """
        heads = call.query.shape[2]
        context = super().forward(
            heads_as_videos(split_heads(tokens, heads)),  # (B * H, T, N, d)
            call_of_heads(call))
        if context is None:
            return None
        # (B * H, ...) -> (B, H, ...) -> (B, k or T, H, ...)
        merged, seed_index, token_of_seed = (
            x.unflatten(0, (-1, heads)).transpose(1, 2) for x in context)
        # merged (B, k, H, d) -> (B, k, D)
        return Context(merged.flatten(2), seed_index, token_of_seed)
