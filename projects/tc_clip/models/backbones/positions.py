"""Positions for frames of another size than the tower was trained with."""
import logging
from typing import Sequence, Set, Tuple

import torch
import torch.nn.functional as F
from mmengine.logging import print_log
from torch import Tensor


def check_frames(table: Tensor, frames: int, pos_embed: str) -> None:
    """Checks that a table has a row for each frame.

    Args:
        table: ``(T, ...)``.
        frames: frames of a clip.
        pos_embed: option of the tower that made the table.

    Raises:
        ValueError: the clip has another number of frames.
    """
    if len(table) != frames:
        raise ValueError(
            f"A clip has {frames} frames, but pos_embed='{pos_embed}' holds "
            f'positions for {len(table)}: sample as many frames')


def stretch_in_time(table: Tensor, frames: int) -> Tensor:
    """Stretches a table ``(T, D)`` to ``(frames, D)``, by nearest neighbour.

    Args:
        table: one row for each frame.
        frames: number of rows of the result.
    """
    return F.interpolate(table.t()[None], frames, mode='nearest')[0].t()


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


class PositionResizer:
    """Brings positions to the size of the frames, and logs each new size.

    Args:
        grid_size: patches of a frame that the positions belong to, ``(h, w)``.
    """

    def __init__(self, grid_size: Tuple[int, int]) -> None:
        self.grid_size = grid_size
        self._logged: Set[Tuple[int, int]] = set()

    def __call__(self, positions: Tensor, grid: Sequence[int]) -> Tensor:
        """Returns positions for frames with patches ``grid``, ``(h', w')``.

        Args:
            positions: ``(N, D)`` or ``(T, N, D)``, see
                :func:`resize_positions`.
            grid: patches of a frame.
        """
        height, width = map(int, grid)  # tensors while a graph is traced
        if (height, width) == self.grid_size:
            return positions
        if (height, width) not in self._logged:
            self._logged.add((height, width))
            print_log(
                f'Frames have {height} x {width} patches, but the tower was '
                'made for {} x {}: positions are interpolated.'.format(
                    *self.grid_size),
                logger='current',
                level=logging.WARNING)
        return resize_positions(positions, self.grid_size, (height, width))
