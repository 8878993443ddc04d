"""A transformer over frames as an MMAction2 neck (ActionCLIP, X-CLIP, A5)."""
from functools import partial
from typing import Any, Callable, Dict, NamedTuple, Optional

import torch
from mmaction.registry import MODELS
from open_clip.transformer import ResidualAttentionBlock
from torch import Tensor, nn

from ...clip.towers import QuickGELU
from .base import FramePool

Init = Callable[[Tensor], Any]


class Start(NamedTuple):
    """How a temporal transformer is initialised.

    Attributes:
        positions: draws the positions.
        linear: draws the weights of linear layers, whose biases are then 0.
            None keeps torch's default. The fused projections of query, key
            and value are always torch's.
    """
    positions: Init
    linear: Optional[Init] = None


# The systems' own ways, by the value of ``init``.
STARTS: Dict[str, Start] = {
    'actionclip':
    Start(
        partial(nn.init.normal_, std=.02), partial(nn.init.normal_, std=.02)),
    'xclip':
    Start(
        partial(nn.init.trunc_normal_, std=.02),
        partial(nn.init.trunc_normal_, std=.02)),
    'a5':
    Start(partial(nn.init.normal_, std=.01)),
}


def make_block(channels: int, head_width: int,
               ln_eps: float) -> ResidualAttentionBlock:
    """Makes a block of CLIP's shape with QuickGELU.

    Args:
        channels: width E.
        head_width: channels of an attention head.
        ln_eps: epsilon of the norms.
    """
    return ResidualAttentionBlock(
        channels,
        max(channels // head_width, 1),
        act_layer=QuickGELU,
        norm_layer=partial(nn.LayerNorm, eps=ln_eps))


@MODELS.register_module()
class TemporalTransformer(FramePool):
    """Lets frames attend to each other, and averages them.

    ``mean_t(Blocks(x + p)_t + x_t)`` with learned positions p and blocks of
    CLIP's shape. The systems differ in the options:

    - ActionCLIP (``Transf``): ``num_positions=77, num_layers=6,
      exact_frames=False, ln_eps=1e-12, init='actionclip'``
    - X-CLIP (multi-frame integration transformer): the defaults
    - A5: ``outer_residual=False, init='a5'``

    Args:
        channels: width E of frame features.
        num_positions: rows of the table of positions.
        num_layers: number of blocks. With 0 the result is the mean over
            frames, and there are no positions (A5 without temporal blocks).
        outer_residual: whether to add the frame features after the blocks.
        exact_frames: whether a clip must have ``num_positions`` frames. False
            takes the first rows for shorter clips.
        ln_eps: epsilon of the norms.
        init: how to initialise, a key of :data:`STARTS`.
        head_width: channels of an attention head.

    Raises:
        ValueError: ``init`` has another value.

    Example:
        >>> neck = TemporalTransformer(512, num_positions=8)
        >>> frames = TowerFeatures(torch.rand(2, 8, 512), context)
        >>> neck(frames)[0].feature.shape  # (2, 512)
    """

    def __init__(self,
                 channels: int,
                 num_positions: int,
                 num_layers: int = 1,
                 outer_residual: bool = True,
                 exact_frames: bool = True,
                 ln_eps: float = 1e-5,
                 init: str = 'xclip',
                 head_width: int = 64) -> None:
        super().__init__()
        if init not in STARTS:
            raise ValueError(f"init={init!r}: {', '.join(STARTS)}")
        self.outer_residual, self.exact_frames = outer_residual, exact_frames
        self.positions = nn.Parameter(torch.empty(
            num_positions, channels)) if num_layers else None
        self.blocks = nn.ModuleList(
            make_block(channels, head_width, ln_eps)
            for _ in range(num_layers))
        self._initialise(STARTS[init])

    def _initialise(self, start: Start) -> None:
        """Draws positions and weights."""
        if self.positions is not None:
            start.positions(self.positions)
        if start.linear is None:
            return
        for module in self.modules():
            if isinstance(module, nn.Linear):
                start.linear(module.weight)
                nn.init.zeros_(module.bias)

    def _first_positions(self, table: Tensor, frames: int) -> Tensor:
        """Returns positions ``(T, E)`` of the frames of a clip."""
        if frames > len(table) or (self.exact_frames and frames < len(table)):
            raise ValueError(
                f'A clip has {frames} frames, but TemporalTransformer has '
                f'num_positions={len(table)}: sample as many frames' +
                (', or set exact_frames=False' if frames < len(table) else ''))
        return table[:frames]

    def encode(self, frames: Tensor) -> Tensor:
        """Returns the output of the blocks for frames ``(B, T, E)``."""
        if self.positions is None:
            return frames
        x = frames + self._first_positions(self.positions, frames.shape[1])
        for block in self.blocks:
            x = block(x)
        return x + frames if self.outer_residual else x

    def pool(self, frames: Tensor) -> Tensor:
        """Pools frames ``(B, T, E)``: ``(B, E)``."""
        return self.encode(frames).mean(1)
