"""Temporal models that TC-CLIP is compared with.

Frames attend to unchanged tokens of other frames (slides, "Limitation of
Previous Temporal Modeling"): the CLS tokens of all frames, the tokens of
adjacent frames, or the tokens of all frames. These models add no parameters
and make no context tokens. It is not known whether the published comparison
used the learned local/global bias with them. We assume that it did not, so set
``local_global_bias=False`` in the backbone. Shapes as in :mod:`attention`.
"""
from typing import Optional

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor

from ..attention import AttentionCall, KeyValue, with_references
from .base import ReferenceTokens


def adjacent_frames(x: Tensor, window: int, clamp: bool = False) -> Tensor:
    """Concatenates the tokens of the frames around each frame.

    Args:
        x: ``(B, T, H, M, d)``.
        window: number of frames on either side.
        clamp: whether to repeat the first and the last frame beyond the ends
            of the clip, rather than to pad with zeros.

    Returns:
        ``(B, T, H, 2 * window * M, d)``, earlier frames first.
    """
    if clamp:
        # each (B, window, H, M, d), a view without a copy
        before, after = (
            frame.expand(-1, window, -1, -1, -1)
            for frame in (x[:, :1], x[:, -1:]))
        padded = torch.cat((before, x, after), 1)
    else:
        # F.pad counts axes from the last: d, M and H stay, T is padded
        padded = F.pad(x, (0, ) * 6 + (window, window))
    # one shifted copy per neighbour; the frame itself is left out
    return torch.cat([
        padded[:, start:start + x.shape[1]]
        for start in range(2 * window + 1) if start != window
    ], -2)


@MODELS.register_module()
class CrossFrame(ReferenceTokens):
    """Cross-frame attention: each frame attends to all frames' CLS tokens.

    Args:
        include_own: whether the references of a frame contain the frame's CLS
            token, which then counts twice. This is the default because the
            slides name "CLS tokens from all frames", one set for the whole
            video. False leaves the T - 1 CLS tokens of the other frames.
    """

    def __init__(self, include_own: bool = True) -> None:
        super().__init__()
        self.include_own = include_own

    def has_references(self, layer: int) -> bool:
        """See :class:`ReferenceTokens`."""
        return True

    def join(self, query: Tensor, key: Tensor, value: Tensor,
             context: Optional[KeyValue],
             bias: Optional[Tensor]) -> AttentionCall:
        """See :class:`ReferenceTokens`: all frames get the same references."""
        # (B, T, H, d) -> (B, 1, H, T, d)
        cls_key, cls_value = (
            x[..., 0, :].transpose(1, 2).unsqueeze(1) for x in (key, value))
        visible = None
        if not self.include_own:  # bool (T, T), False on the diagonal
            visible = ~torch.eye(
                key.shape[1], dtype=torch.bool, device=key.device)
        return with_references(query, key, value, (cls_key, cls_value), bias,
                               visible)


@MODELS.register_module()
class WindowExpansion(ReferenceTokens):
    """Temporal window expansion: frames attend to the frames around them.

    The defaults are Open-VCLIP's attention (``expand_temporal_view``). There,
    frames beyond the ends of a clip have zero keys and values: their logit of
    0 takes up attention, and their values add nothing.

    Args:
        window: number of frames on either side.
        include_cls: whether references contain their CLS tokens, not only
            their patches.
        boundary: how to replace frames beyond the ends of a clip: ``'zero'``
            by zero keys and values; ``'mask'`` by nothing; ``'clamp'`` by the
            first or the last frame.

    Raises:
        ValueError: an option is out of its range.
    """

    def __init__(self,
                 window: int = 1,
                 include_cls: bool = True,
                 boundary: str = 'zero') -> None:
        super().__init__()
        if window < 1:
            raise ValueError(f'window={window} must be 1 or more; '
                             "type='FrameWise' reads no other frame")
        if boundary not in ('zero', 'mask', 'clamp'):
            raise ValueError(
                f"boundary={boundary!r}: 'zero', 'mask' or 'clamp'")
        self.window, self.boundary = window, boundary
        self.include_cls = include_cls

    def has_references(self, layer: int) -> bool:
        """See :class:`ReferenceTokens`."""
        return True

    def _inside(self, frames: int, device: torch.device) -> Tensor:
        """Returns which neighbours are in the clip, bool ``(T, 2 * w)``."""
        offset = torch.arange(-self.window, self.window + 1, device=device)
        index = torch.arange(
            frames, device=device)[:, None] + offset[offset != 0]
        return (index >= 0) & (index < frames)

    def join(self, query: Tensor, key: Tensor, value: Tensor,
             context: Optional[KeyValue],
             bias: Optional[Tensor]) -> AttentionCall:
        """See :class:`ReferenceTokens`: each frame gets its neighbours."""
        first = 0 if self.include_cls else 1
        # each (B, T, H, 2 * window * M, d), with M = N - first
        near_key, near_value = (
            adjacent_frames(x[..., first:, :], self.window,
                            self.boundary == 'clamp') for x in (key, value))
        visible = None
        if self.boundary == 'mask':  # bool (T, 2 * window * M)
            visible = self._inside(key.shape[1], key.device).repeat_interleave(
                key.shape[-2] - first, 1)
        return with_references(query, key, value, (near_key, near_value), bias,
                               visible)


@MODELS.register_module()
class JointSpaceTime(ReferenceTokens):
    """Joint space-time attention among all tokens of a video.

    The tokens of each frame count once. The frames of a video are
    concatenated to one long frame of T * N tokens: the logits are the same,
    without a copy of all keys for every frame.
    """

    # All frames are one sequence: a bias could not tell own keys from others.
    takes_bias = False
    joins_frames = True

    def has_references(self, layer: int) -> bool:
        """See :class:`ReferenceTokens`."""
        return True

    def join(self, query: Tensor, key: Tensor, value: Tensor,
             context: Optional[KeyValue],
             bias: Optional[Tensor]) -> AttentionCall:
        """See :class:`ReferenceTokens`.

        Args:
            query: ``(B, T, H, N, d)``.
            key: ``(B, T, H, N, d)``.
            value: ``(B, T, H, N, d)``.
            context: not used.
            bias: not used.

        Returns:
            The inputs of the attention, with 1 in place of T and T * N in
            place of N.
        """
        # (B, T, H, N, d) -> (B, 1, H, T * N, d)
        return AttentionCall(*(x.transpose(1, 2).flatten(2, 3).unsqueeze(1)
                               for x in (query, key, value)))
