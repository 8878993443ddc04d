"""Prompts of the vision tower that see the video (Vita-CLIP)."""
from typing import Optional

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from .base import TokenInjection, TowerShape


def uniform_prompts(tower: TowerShape, *size: int) -> nn.Parameter:
    """Makes prompts ``(*size, D)``, uniform as in Vita-CLIP.

    Args:
        tower: its sizes give the bound ``sqrt(6 / (patch_values + D))``.
        *size: sizes of the leading axes.
    """
    bound = (6 / (tower.patch_values + tower.width))**0.5
    prompts = torch.empty(*size, tower.width)
    return nn.Parameter(nn.init.uniform_(prompts, -bound, bound))


def xavier_attention(width: int, heads: int) -> nn.MultiheadAttention:
    """Makes attention whose four projections are Xavier-initialised."""
    attn = nn.MultiheadAttention(width, heads, batch_first=True)
    # torch would draw the fused (3 * D, D) from a narrower range
    for weight in (*attn.in_proj_weight.detach().chunk(3),
                   attn.out_proj.weight):
        nn.init.xavier_uniform_(weight)
    return attn


class VitaLayer(nn.Module):
    """Makes a layer's summary tokens and local prompts.

    Args:
        tower: sizes of the tower.
        summary: whether to make summary tokens.
        local: whether to make local prompts.
    """

    def __init__(self, tower: TowerShape, summary: bool, local: bool) -> None:
        super().__init__()
        self.cls_proj = nn.Linear(tower.width, tower.width)
        self.summary_attn: Optional[nn.MultiheadAttention] = None
        if summary:
            self.summary_ln = nn.LayerNorm(tower.width)
            self.summary_attn = xavier_attention(tower.width, tower.heads)
        self.local_prompts = uniform_prompts(
            tower, tower.num_frames) if local else None  # (T, D)

    def forward(self, cls: Tensor) -> Tensor:
        """Makes the tokens of each frame.

        Args:
            cls: CLS tokens of the layer's input ``(B, T, D)``.

        Returns:
            ``(B, T, J, D)``: the T local prompts of the video, the same for
            all frames, and the frame's summary token.
        """
        cls = self.cls_proj(cls)
        tokens = []
        if self.local_prompts is not None:
            local = (self.local_prompts + cls).unsqueeze(1)  # (B, 1, T, D)
            tokens.append(local.expand(-1, cls.shape[1], -1, -1))
        if self.summary_attn is not None:
            x = self.summary_ln(cls)
            summary = cls + self.summary_attn(x, x, x, need_weights=False)[0]
            tokens.append(summary.unsqueeze(2))  # (B, T, 1, D)
        return torch.cat(tokens, 2)


@MODELS.register_module()
class VitaTokens(TokenInjection):
    """Summary tokens, local and global prompts (Vita-CLIP).

    With ``c = cls_proj(CLS)`` of each frame of a layer's input, each frame
    attends to its summary token ``c + MHSA(LN(c))``, attention over the frames
    of the video, to the local prompts ``p_t + c_t`` of all frames, and to
    learned global prompts. The official training leaves ``cls_proj`` at its
    random start, while the paper learns it; freeze it in the optimizer.

    The official blocks also pass global prompts through the feed forward
    layers before they remove them, which changes no output.

    Args:
        tower: see :class:`TokenInjection`. Clips have its ``num_frames``.
        summary: whether to add summary tokens.
        local: whether to add local prompts.
        num_global: global prompts of each layer.
        cut_into_runs: how to treat clips of another number of frames. False
            refuses them. True is the official behaviour: all frames of the
            batch, one video after the other, are cut into runs of
            ``num_frames``. So a longer clip becomes several that do not see
            each other, and a shorter one is joined with the next video.

    Raises:
        ValueError: nothing is left to add.

    Example:
        >>> backbone = dict(
        ...     type='TCCLIPViT', injection=dict(type='VitaTokens'))
    """

    def __init__(self,
                 tower: TowerShape,
                 summary: bool = True,
                 local: bool = True,
                 num_global: int = 8,
                 cut_into_runs: bool = False) -> None:
        super().__init__(tower)
        if num_global < 0 or not (summary or local or num_global):
            raise ValueError(
                f'summary={summary}, local={local}, num_global={num_global} '
                "adds no tokens: write injection=dict(type='TokenInjection')")
        self.num_frames, self.cut_into_runs = tower.num_frames, cut_into_runs
        self.layers = nn.ModuleList(
            VitaLayer(tower, summary, local)
            for _ in range(tower.depth if summary or local else 0))
        self.global_prompts = uniform_prompts(
            tower, tower.depth, num_global) if num_global else None

    def _runs(self, cls: Tensor) -> Tensor:
        """Arranges CLS tokens ``(B, T, D)`` in runs ``(R, num_frames, D)``."""
        batch, frames = cls.shape[:2]
        if frames == self.num_frames:
            return cls
        if not self.cut_into_runs:
            raise ValueError(
                f'A clip has {frames} frames, but VitaTokens has prompts for '
                f'{self.num_frames}: sample as many frames, or set '
                'cut_into_runs=True, see VitaTokens')
        if batch * frames % self.num_frames:
            raise ValueError(
                f'{batch} clips of {frames} frames cannot be cut into runs of '
                f'{self.num_frames} frames: sample another number of frames')
        return cls.reshape(-1, self.num_frames, cls.shape[-1])

    def insert(self, tokens: Tensor, layer: int) -> Tensor:
        """See :class:`TokenInjection`.

        Args:
            tokens: ``(B, T, N, D)``, CLS first.
            layer: number of the layer, 1-based.

        Returns:
            ``(B, T, N + J, D)``. Behind the frame's tokens come the T local
            prompts, the summary token and the global prompts.
        """
        parts = [tokens]
        if len(self.layers):
            added = self.layers[layer - 1](self._runs(tokens[:, :, 0]))
            # (R, num_frames, J, D) -> (B, T, J, D)
            parts.append(added.reshape(*tokens.shape[:2], *added.shape[2:]))
        if self.global_prompts is not None:
            prompts = self.global_prompts[layer - 1]  # (num_global, D)
            parts.append(prompts.expand(*tokens.shape[:2], -1, -1))
        return torch.cat(parts, 2)
