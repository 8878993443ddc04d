"""Temporal shift of patches (ActionCLIP's "shift")."""
from typing import Optional

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor

from .base import TokenInjection, TowerShape


def shift_frames(x: Tensor, channels: int) -> Tensor:
    """Exchanges some channels between adjacent frames.

    Args:
        x: ``(B, T, ..., D)``.
        channels: number of channels c that move in either direction.

    Returns:
        The same shape. Channels ``[0, c)`` are those of the next frame,
        ``[c, 2c)`` those of the frame before; zeros beyond the ends.
    """
    after, before, same = x.split(
        (channels, channels, x.shape[-1] - 2 * channels), -1)
    # F.pad counts axes from the last: only T is padded, and then cut
    rest = (0, 0) * (x.dim() - 2)
    return torch.cat((F.pad(after[:, 1:],
                            (*rest, 0, 1)), F.pad(before[:, :-1],
                                                  (*rest, 1, 0)), same), -1)


@MODELS.register_module()
class TemporalShift(TokenInjection):
    """Shifts channels of the patches in time before each layer (TSM).

    It adds no tokens and no parameters. As in ActionCLIP, the input of the
    layer itself is shifted, the residual path included; CLS tokens stay.

    Args:
        tower: see :class:`TokenInjection`.
        fold: a ``1 / fold`` of the channels moves in either direction.

    Raises:
        ValueError: ``fold`` is out of its range.

    Example:
        >>> backbone = dict(
        ...     type='TCCLIPViT', injection=dict(type='TemporalShift'))
    """

    def __init__(self,
                 tower: Optional[TowerShape] = None,
                 fold: int = 8) -> None:
        super().__init__(tower)
        if fold < 2:
            raise ValueError(f'fold={fold} must be 2 or more')
        self.fold = fold

    def insert(self, tokens: Tensor, layer: int) -> Tensor:
        """See :class:`TokenInjection`: returns ``(B, T, N, D)`` again."""
        cls, patches = tokens[:, :, :1], tokens[:, :, 1:]
        shifted = shift_frames(patches, tokens.shape[-1] // self.fold)
        return torch.cat((cls, shifted), 2)
