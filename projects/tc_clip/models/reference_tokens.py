"""Where the reference tokens of a frame come from.

Each temporal model of the slides is one class: it says which keys and values
every frame reads beside its own (:meth:`ReferenceTokens.inputs`), and may hand
context tokens to the next layer (:meth:`ReferenceTokens.forward`).
"""
from typing import NamedTuple, Optional

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from .attention import AttentionInputs, KeyValue, with_references


class Context(NamedTuple):
    """Context tokens of one layer.

    Attributes:
        tokens: ``(B, k, D)``.
        seed_index: chosen patches of each frame ``(B, T, n)``, best first.
        owner: ``(B, T, n)``, the context token that holds each seed.
    """
    tokens: Tensor
    seed_index: Tensor
    owner: Tensor


class ReferenceTokens(BaseModule):
    """Base class of the temporal models.

    Legend of shapes as in :mod:`attention`. A subclass overrides
    :meth:`inputs`, and :meth:`forward` where it makes context tokens.

    Attributes:
        takes_bias: whether a bias can tell own tokens from references.
    """

    takes_bias = True

    def has_references(self, layer: int) -> bool:
        """Tells whether frames read reference tokens in a layer (1-based)."""
        raise NotImplementedError

    def inputs(self, query: Tensor, key: Tensor, value: Tensor,
               context: Optional[KeyValue],
               bias: Optional[Tensor]) -> AttentionInputs:
        """Joins the frames' own keys and values with their references.

        Args:
            query: ``(B, T, H, N, d)``.
            key: ``(B, T, H, N, d)``.
            value: ``(B, T, H, N, d)``.
            context: keys and values ``(B, H, k, d)`` of the context tokens of
                the layer before, if there are any.
            bias: ``(H, 1, 2)``, see :func:`with_references`.

        Returns:
            What the attention of the layer reads.
        """
        raise NotImplementedError

    def forward(self, tokens: Tensor,
                inputs: AttentionInputs) -> Optional[Context]:
        """Makes the context tokens of a layer.

        Args:
            tokens: after the attention of the layer ``(B, T, N, D)``.
            inputs: that attention.

        Returns:
            The context, or None for a model without context tokens.
        """
        return None


@MODELS.register_module()
class FrameWise(ReferenceTokens):
    """No reference tokens: CLIP on every frame (ViFi-CLIP's image tower)."""

    def has_references(self, layer: int) -> bool:
        """See :class:`ReferenceTokens`."""
        return False

    def inputs(self, query: Tensor, key: Tensor, value: Tensor,
               context: Optional[KeyValue],
               bias: Optional[Tensor]) -> AttentionInputs:
        """See :class:`ReferenceTokens`."""
        return AttentionInputs(query, key, value)


@MODELS.register_module()
class ContextTokens(ReferenceTokens):
    """Temporal contextualization: all frames read a summary of the video.

    In each layer the most informative patches of every frame (seed tokens)
    are merged over the whole video into a few context tokens, which all
    frames read in the next layer (slides, "Temporal Contextualization").

    Args:
        num_tokens: context tokens of a video, k in the paper; with 0 frames
            stay on their own.
        seed_ratio: share of the patches of a frame that become seed tokens,
            alpha in the paper.
        merge_step: tokens that one round of merging removes, r.
        selection: config of the seed selection.
        summary: config of the summary of the seeds.
        weights: config of the seed selection whose scores weigh the seeds in
            their summary; None weighs all alike.

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
                 weights: Optional[dict] = None) -> None:
        super().__init__()
        if not 0 < seed_ratio <= 1:
            raise ValueError(f'seed_ratio={seed_ratio} is not in (0, 1]')
        if num_tokens < 0 or merge_step < 1:
            raise ValueError(f'num_tokens={num_tokens} must be 0 or more and '
                             f'merge_step={merge_step} 1 or more')
        self.num_tokens = num_tokens
        self.seed_ratio = seed_ratio
        self.merge_step = merge_step
        self.selection = MODELS.build(
            selection or dict(type='CLSAttentionSelection'))
        self.summary = MODELS.build(summary or dict(type='BipartiteSummary'))
        self.weights = MODELS.build(weights) if weights else None

    def has_references(self, layer: int) -> bool:
        """See :class:`ReferenceTokens`: the first layer has no context."""
        return layer > 1 and self.num_tokens > 0

    def inputs(self, query: Tensor, key: Tensor, value: Tensor,
               context: Optional[KeyValue],
               bias: Optional[Tensor]) -> AttentionInputs:
        """See :class:`ReferenceTokens`: one set for all frames."""
        if context is None:
            return AttentionInputs(query, key, value)
        shared = context[0].unsqueeze(1), context[1].unsqueeze(1)
        return with_references(query, key, value, shared, bias)

    @torch.no_grad()
    def _seed_weights(self, inputs: AttentionInputs,
                      seed_index: Tensor) -> Optional[Tensor]:
        """Returns the weight of each seed ``(B, T * n, 1)``, if any."""
        if self.weights is None:
            return None
        scores = self.weights.score(inputs).gather(2, seed_index)
        return scores.flatten(1).unsqueeze(-1)

    def forward(self, tokens: Tensor,
                inputs: AttentionInputs) -> Optional[Context]:
        """See :class:`ReferenceTokens`: select seeds, then summarise them."""
        if not self.num_tokens:
            return None
        patches = tokens[:, :, 1:]
        num_seeds = max(int(self.seed_ratio * patches.shape[2]), 1)
        seed_index = self.selection(inputs, num_seeds)
        index = seed_index.unsqueeze(-1).expand(-1, -1, -1, patches.shape[-1])
        seeds = patches.gather(2, index).flatten(1, 2)  # (B, T * n, D)
        weights = self._seed_weights(inputs, seed_index)
        merged, owner = self.summary(seeds, self.num_tokens, self.merge_step,
                                     weights)
        return Context(merged, seed_index, owner.view_as(seed_index))
