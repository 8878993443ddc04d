"""Positions for frames of another size than the tower was trained with."""
from typing import Tuple

import torch
import torch.nn.functional as F
from torch import Tensor


def resize_positions(positions: Tensor, old: Tuple[int, int],
                     new: Tuple[int, int]) -> Tensor:
    """Interpolates positions of patches; the class token keeps its own.

    Bicubic with antialiasing, as open_clip resizes positions of a checkpoint.

    Args:
        positions: ``(N, D)`` or ``(T, N, D)`` with N = 1 + h * w.
        old: patches of a frame, ``(h, w)``.
        new: patches of a frame, ``(h', w')``.

    Returns:
        ``(N', D)`` or ``(T, N', D)`` with N' = 1 + h' * w'.
    """
    cls, patches = positions[..., :1, :], positions[..., 1:, :]
    # (..., h * w, D) -> (T or 1, D, h, w) -> (T or 1, D, h', w')
    maps = patches.unflatten(-2, old).movedim(-1, -3)
    maps = maps.reshape(-1, *maps.shape[-3:])
    maps = F.interpolate(
        maps.float(), new, mode='bicubic', antialias=True, align_corners=False)
    # -> (T or 1, h' * w', D) -> (..., h' * w', D)
    patches = maps.flatten(2).transpose(1, 2).to(positions.dtype)
    return torch.cat(
        (cls, patches.reshape(*cls.shape[:-2], -1, cls.shape[-1])), -2)
