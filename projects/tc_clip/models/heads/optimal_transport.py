"""Compares the frames of a video with the descriptors of a class (OST)."""
import math
from typing import Tuple

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

_STOPS = 'batch', 'video'
# torch 2.1 lacks it, and its graphs are not exported
_is_compiling = getattr(torch.compiler, 'is_compiling', lambda: False)


def _sinkhorn_step(log_kernel: Tensor, log_c: Tensor) -> Tuple[Tensor, Tensor]:
    """Fits the rows of a plan, then its columns.

    Args:
        log_kernel: ``(B, C, T, N)``.
        log_c: factors of the columns ``(B, C, N)``.

    Returns:
        Logarithms of the new factors of rows ``(B, C, T)`` and columns.
    """
    frames, descriptors = log_kernel.shape[-2:]
    rows = (log_kernel + log_c[..., None, :]).logsumexp(-1)  # (B, C, T)
    log_r = -math.log(frames) - rows
    columns = (log_kernel + log_r[..., None]).logsumexp(-2)  # (B, C, N)
    return log_r, -math.log(descriptors) - columns


@torch.no_grad()
def transport_plan(similarity: Tensor,
                   epsilon: float = 0.1,
                   tolerance: float = 0.01,
                   max_steps: int = 100,
                   stop: str = 'batch') -> Tensor:
    """Distributes frames over descriptors by the Sinkhorn algorithm.

    The kernel is ``K = exp(-(1 - similarity) / epsilon)``. Each step sets ``r
    = (1 / T) / (K c)``, then ``c = (1 / N) / (K^T r)``, from ``r = c = 1`` on.
    The steps end when r changes by less than ``tolerance`` on average. The
    plan ``r_t K_tn c_n`` has exact column sums of 1 / N, and row sums near 1 /
    T (OST, "Optimal Descriptor Solver").

    All is computed from logarithms, and in float32 at least: the smallest
    value of K is exp(-20), which float16 does not have. A compiled or exported
    graph always does ``max_steps`` steps, of which those after the end change
    nothing.

    Args:
        similarity: cosines of frames and descriptors ``(B, C, T, N)``.
        epsilon: weight of the entropy; small values give sharp plans.
        tolerance: smallest mean change of r that a further step is for.
        max_steps: most steps.
        stop: ``'batch'`` averages the change over all videos and classes, as
            in the official code: the plan of a video then depends on the
            others of its batch. ``'video'`` averages for each video, whose
            plan stays once its own change is small.

    Returns:
        Plans ``(B, C, T, N)`` without gradient, float32 or float64.

    Raises:
        ValueError: a similarity is not a finite number.
    """
    compiling = _is_compiling()
    if not compiling and not similarity.isfinite().all():
        raise ValueError(
            'Similarities of frames and descriptors are not finite: a feature '
            'or a weight is NaN or infinite, perhaps since the learning rate '
            'is too high or float16 too narrow')
    wide = torch.promote_types(similarity.dtype, torch.float32)
    kernel = (similarity.to(wide) - 1) / epsilon  # log K (B, C, T, N)
    log_r = torch.zeros_like(kernel[..., 0])  # (B, C, T)
    log_c = torch.zeros_like(kernel[..., 0, :])  # (B, C, N)
    moving = kernel.new_ones(len(kernel), 1, 1, dtype=torch.bool)
    for _ in range(max_steps):
        new_r, new_c = _sinkhorn_step(kernel, log_c)
        # (B, C, T) -> (B, 1, 1)
        change = (new_r.exp() - log_r.exp()).abs().mean((1, 2), keepdim=True)
        log_r = torch.where(moving, new_r, log_r)
        log_c = torch.where(moving, new_c, log_c)
        if stop == 'batch':
            change = change.mean(0, keepdim=True).expand_as(change)
        moving = moving & (change >= tolerance)
        if not compiling and not moving.any():
            break
    return (log_r[..., None] + kernel + log_c[..., None, :]).exp()


@MODELS.register_module()
class OptimalTransport(BaseModule):
    """Matches frames and descriptors, and adds their pooled cosine (OST).

    For each kind of descriptors, the score of a class is ``sum(P * S) +
    mean(frames) . mean(descriptors)``, with cosines S and their transport plan
    P, which has no gradient. The means are not of unit length. Scores are
    averaged over the kinds.

    It needs ``backbone=dict(out='frames')``, and in the head
    ``aggregate=dict(type='EveryWording')``.

    Args:
        num_kinds: kinds of descriptors, which share a class's texts in equal
            parts, one kind after the other. In OST: spatial, then temporal.
        epsilon: see :func:`transport_plan`.
        tolerance: see :func:`transport_plan`.
        max_steps: see :func:`transport_plan`.
        stop: see :func:`transport_plan`. The default is the official one.

    Raises:
        ValueError: an option is out of its range.
    """

    def __init__(self,
                 num_kinds: int = 2,
                 epsilon: float = 0.1,
                 tolerance: float = 0.01,
                 max_steps: int = 100,
                 stop: str = 'batch') -> None:
        super().__init__()
        if num_kinds < 1 or max_steps < 1 or epsilon <= 0:
            raise ValueError(
                f'num_kinds={num_kinds} and max_steps={max_steps} must be 1 '
                f'or more, and epsilon={epsilon} above 0')
        if stop not in _STOPS:
            raise ValueError(f'stop={stop!r} is not one of {_STOPS}')
        self.num_kinds = num_kinds
        self.solver = dict(
            epsilon=epsilon,
            tolerance=tolerance,
            max_steps=max_steps,
            stop=stop)

    def forward(self, video: Tensor, text: Tensor) -> Tensor:
        """Compares frames and descriptors.

        Args:
            video: unit vectors of frames ``(B, T, E)``.
            text: unit vectors ``(B or 1, S, C, E)``.

        Returns:
            Scores ``(B, C)``.

        Raises:
            ValueError: there is one vector for each video or class, or the
                kinds cannot share a class's texts.
        """
        if video.dim() != 3 or text.dim() != 4:
            raise ValueError(
                'OptimalTransport compares frames (B, T, E) with all texts of '
                f'a class (1, S, C, E), but got {tuple(video.shape)} and '
                f"{tuple(text.shape)}: set out='frames' in the backbone, no "
                "neck, and aggregate=dict(type='EveryWording')")
        if text.shape[1] % self.num_kinds:
            raise ValueError(
                f'The {text.shape[1]} texts of a class cannot be shared by '
                f'num_kinds={self.num_kinds} kinds: their numbers differ')
        scores = [
            self._score(video, kind) for kind in text.chunk(self.num_kinds, 1)
        ]
        return torch.stack(scores).mean(0)

    def _score(self, video: Tensor, text: Tensor) -> Tensor:
        """Scores frames ``(B, T, E)`` by one kind ``(B or 1, N, C, E)``."""
        similarity = torch.einsum('bte,bnce->bctn', video, text)
        plan = transport_plan(similarity, **self.solver)  # type: ignore
        pooled = torch.einsum('be,bce->bc', video.mean(1), text.mean(1))
        return (plan * similarity).sum((-2, -1)) + pooled
