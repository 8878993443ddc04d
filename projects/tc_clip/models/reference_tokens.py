"""Where the reference tokens of a frame come from.

Each temporal model of the slides is one class here: it names the keys and
values that every frame reads beside its own (:meth:`references`), and may
hand context tokens to the next layer (:meth:`summarise`).
"""
from typing import NamedTuple, Optional

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from .attention import AttentionInputs, KeyValue


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
    :meth:`references`, and :meth:`forward` where it makes context tokens.
    """

    def has_references(self, layer: int) -> bool:
        """Tells whether frames read reference tokens in a layer (1-based)."""
        raise NotImplementedError

    def references(self, key: Tensor, value: Tensor,
                   context: Optional[KeyValue]) -> Optional[KeyValue]:
        """Chooses the reference keys and values of a layer.

        Args:
            key: keys of all frames ``(B, T, H, N, d)``.
            value: values of all frames ``(B, T, H, N, d)``.
            context: keys and values ``(B, H, k, d)`` of the context tokens of
                the layer before, if there are any.

        Returns:
            Keys and values ``(B, T or 1, H, M, d)``, or None.
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

    def references(self, key: Tensor, value: Tensor,
                   context: Optional[KeyValue]) -> Optional[KeyValue]:
        """See :class:`ReferenceTokens`."""
        return None


@MODELS.register_module()
class ContextTokens(ReferenceTokens):
    """Temporal contextualization: all frames read a summary of the video.

    In each layer the most informative patches of every frame (seed tokens)
    are merged over the whole video into a few context tokens, which all
    frames read in the next layer (slides, "Temporal Contextualization").

    Args:
        num_tokens: context tokens of a video, k in the paper.
        seed_ratio: share of the patches of a frame that become seed tokens,
            alpha in the paper.
        merge_step: tokens that one round of merging removes, r.
        selection: config of the seed selection.
        summary: config of the summary of the seeds.

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
                 summary: Optional[dict] = None) -> None:
        super().__init__()
        if not 0 < seed_ratio <= 1:
            raise ValueError(f'seed_ratio={seed_ratio} is not in (0, 1]')
        if num_tokens < 1 or merge_step < 1:
            raise ValueError(f'num_tokens={num_tokens} and merge_step='
                             f'{merge_step} must be 1 or more')
        self.num_tokens = num_tokens
        self.seed_ratio = seed_ratio
        self.merge_step = merge_step
        self.selection = MODELS.build(
            selection or dict(type='CLSAttentionSelection'))
        self.summary = MODELS.build(summary or dict(type='BipartiteSummary'))

    def has_references(self, layer: int) -> bool:
        """See :class:`ReferenceTokens`: the first layer has no context."""
        return layer > 1

    def references(self, key: Tensor, value: Tensor,
                   context: Optional[KeyValue]) -> Optional[KeyValue]:
        """See :class:`ReferenceTokens`: one set for all frames."""
        if context is None:
            return None
        return context[0].unsqueeze(1), context[1].unsqueeze(1)

    def forward(self, tokens: Tensor, inputs: AttentionInputs) -> Context:
        """See :class:`ReferenceTokens`: select seeds, then summarise them."""
        patches = tokens[:, :, 1:]
        num_seeds = max(int(self.seed_ratio * patches.shape[2]), 1)
        seed_index = self.selection(inputs, num_seeds)
        index = seed_index.unsqueeze(-1).expand(-1, -1, -1, patches.shape[-1])
        seeds = patches.gather(2, index).flatten(1, 2)  # (B, T * n, D)
        merged, owner = self.summary(seeds, self.num_tokens, self.merge_step)
        return Context(merged, seed_index, owner.view_as(seed_index))
