"""The first part of the vision tower: clips become tokens with positions."""
from typing import Any, Optional, Sequence

import torch
from torch import Tensor, nn

from .positions import PositionResizer, check_frames, stretch_in_time

POSITIONS = ('space', 'joint', 'space+time')
NO_2D = ("TCCLIPViT sees whole clips (B, 3, T, H, W), and Recognizer2D gives "
         'it single frames. In a config of a Recognizer2D, write '
         'use_whole_clips(_base_, num_frames=8), see '
         'docs/mixing.md')


class FrameEmbedding:
    """Base class of TCCLIPViT that embeds patches, class token and positions.

    Parameters have the names of CLIP's tower, which :meth:`take_embedding`
    takes over.
    """

    positional_embedding: nn.Parameter
    class_embedding: nn.Parameter
    conv1: nn.Conv2d
    ln_pre: Any

    def take_embedding(self, tower: Any, patch_bias: bool) -> None:
        """Takes over the first layers of a CLIP tower.

        Args:
            tower: the tower.
            patch_bias: whether the patch embedding gets a bias, of zeros.
        """
        self.image_size, self.grid_size = tower.image_size, tower.grid_size
        self.resize = PositionResizer(tower.grid_size)
        self.class_embedding = tower.class_embedding
        self.positional_embedding = tower.positional_embedding
        self.conv1, self.ln_pre = tower.conv1, tower.ln_pre
        self.width = self.conv1.out_channels
        if patch_bias:
            self.conv1.bias = nn.Parameter(torch.zeros(self.width))

    def make_positions(self, pos_embed: str, stretch_time: bool,
                       num_frames: int) -> None:
        """Makes the positions of frames, see TCCLIPViT.

        Args:
            pos_embed: one of :data:`POSITIONS`.
            stretch_time: whether the time embedding is stretched.
            num_frames: frames of a clip, T.

        Raises:
            ValueError: ``pos_embed`` has another value, or there is no time
                embedding to stretch.
        """
        if pos_embed not in POSITIONS:
            raise ValueError(
                f"pos_embed={pos_embed!r}: {', '.join(POSITIONS)}")
        self.stretch_time = stretch_time
        self.time_embedding: Optional[nn.Parameter] = None
        if pos_embed == 'joint':
            self.positional_embedding = nn.Parameter(
                self.positional_embedding.detach().repeat(num_frames, 1, 1))
        elif pos_embed == 'space+time':
            table = torch.empty(num_frames, self.width)  # (T, D)
            self.time_embedding = nn.Parameter(nn.init.normal_(table, std=.02))
        if stretch_time and self.time_embedding is None:
            raise ValueError(
                f"stretch_time=True, but pos_embed='{pos_embed}' has no time "
                "embedding: set pos_embed='space+time'")

    def embed(self, x: Tensor) -> Tensor:
        """Turns clips ``(B, 3, T, H, W)`` into tokens ``(B, T, N, D)``."""
        if x.dim() != 5:
            raise ValueError(f'A batch has the shape {tuple(x.shape)}: '
                             f'{NO_2D}')
        frames = x.shape[2]
        # (B, 3, T, H, W) -> (B * T, 3, H, W) -> (B * T, D, h, w)
        patches = self.conv1(x.transpose(1, 2).flatten(0, 1))
        positions = self._positions(frames, patches.shape[-2:])
        patches = patches.flatten(2).transpose(1, 2)  # (B * T, N - 1, D)
        cls = self.class_embedding.to(patches.dtype).expand(
            len(patches), 1, -1)
        tokens = torch.cat((cls, patches), 1)  # (B * T, N, D)
        tokens = tokens.unflatten(0, (-1, frames))  # (B, T, N, D)
        # positions: (N, D) for all frames, or (T, N, D) per frame
        return self.ln_pre(tokens + positions)

    def _positions(self, frames: int, grid: Sequence[int]) -> Tensor:
        """Returns positions ``(N, D)``, or ``(T, N, D)`` for each frame.

        Args:
            frames: frames of a clip, T.
            grid: patches of a frame ``(h, w)``, whose product is N - 1.
        """
        positions: Tensor = self.positional_embedding
        if positions.dim() == 3:
            check_frames(positions, frames, 'joint')
        positions = self.resize(positions, grid)
        time: Optional[Tensor] = self.time_embedding
        if time is None:
            return positions
        if self.stretch_time:
            time = stretch_in_time(time, frames)
        else:
            check_frames(time, frames, 'space+time')
        return positions + time.unsqueeze(1)  # (N, D) + (T, 1, D)
