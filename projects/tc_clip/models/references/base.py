"""The interface of temporal models, which provide reference tokens.

Each temporal model of the slides is one class. It adds keys and values to
those of each frame (:meth:`ReferenceTokens.join`), and may pass context tokens
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

    Shapes as in :mod:`attention`. A subclass overrides :meth:`join`, and also
    :meth:`forward` if it makes context tokens.

    Attributes:
        takes_bias: whether a bias can tell own tokens from references.
        joins_frames: whether :meth:`join` concatenates all frames of a video
            to one, with 1 in place of T and T * N in place of N.
    """

    takes_bias = True
    joins_frames = False

    def has_references(self, layer: int) -> bool:
        """Returns whether a layer (1-based) has reference tokens."""
        raise NotImplementedError

    def join(self, query: Tensor, key: Tensor, value: Tensor,
             context: Optional[KeyValue],
             bias: Optional[Tensor]) -> AttentionCall:
        """Joins keys and values of the frames with those of references.

        Args:
            query: ``(B, T, H, N, d)``.
            key: ``(B, T, H, N, d)``.
            value: ``(B, T, H, N, d)``.
            context: keys and values ``(B, H, k, d)`` of the context tokens of
                the layer before, if there are any.
            bias: ``(H, 1, 2)``, see :func:`with_references`.

        Returns:
            Query, key, value and bias of the layer's attention.
        """
        raise NotImplementedError

    def forward(self, tokens: Tensor,
                call: AttentionCall) -> Optional[Context]:
        """Makes the context tokens of a layer.

        Args:
            tokens: tokens after the attention of the layer ``(B, T, N, D)``.
            call: inputs of that attention.

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
