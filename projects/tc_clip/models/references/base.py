"""Where the reference tokens of a frame come from.

Each temporal model of the slides is one class. It adds keys and values to
those of each frame (:meth:`ReferenceTokens.join`), and may hand context tokens
to the next layer (:meth:`ReferenceTokens.forward`).
"""
from typing import NamedTuple, Optional

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from ..attention import AttentionCall, KeyValue


class Context(NamedTuple):
    """Context tokens of one layer.

    Attributes:
        tokens: ``(B, k, D)``.
        seed_index: chosen patches of each frame ``(B, T, n)``, best first.
        token_of_seed: ``(B, T, n)``, the context token that holds each seed.
    """
    tokens: Tensor
    seed_index: Tensor
    token_of_seed: Tensor


class ReferenceTokens(BaseModule):
    """Base class of the temporal models.

    Legend of shapes as in :mod:`attention`. A subclass overrides
    :meth:`join`, and :meth:`forward` where it makes context tokens.

    Attributes:
        takes_bias: whether a bias can tell own tokens from references.
        joins_frames: whether :meth:`join` lays all frames of a video out as
            one, with 1 in place of T and T * N in place of N.
    """

    takes_bias = True
    joins_frames = False

    def has_references(self, layer: int) -> bool:
        """Tells whether frames read reference tokens in a layer (1-based)."""
        raise NotImplementedError

    def join(self, query: Tensor, key: Tensor, value: Tensor,
             context: Optional[KeyValue],
             bias: Optional[Tensor]) -> AttentionCall:
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
                call: AttentionCall) -> Optional[Context]:
        """Makes the context tokens of a layer.

        Args:
            tokens: after the attention of the layer ``(B, T, N, D)``.
            call: that attention.

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

    def join(self, query: Tensor, key: Tensor, value: Tensor,
             context: Optional[KeyValue],
             bias: Optional[Tensor]) -> AttentionCall:
        """See :class:`ReferenceTokens`."""
        return AttentionCall(query, key, value)
