"""Scores how informative the patches of a frame are, for seed selections.

The functions are pure and take the attention call of a layer. Scores are not
negative, so they may also weight the seeds in their summary. Shapes as in
:mod:`attention`.
"""
from functools import reduce

import torch
from torch import Tensor

from ..attention import AttentionCall, cls_attention


def at_least_float32(x: Tensor) -> Tensor:
    """Converts half precision to float32: long sums lose small terms in it."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def divide(x: Tensor, by: Tensor) -> Tensor:
    """Divides by numbers that are not negative; zero by zero is zero."""
    return x / by.clamp_min(torch.finfo(by.dtype).tiny)


def min_max(scores: Tensor) -> Tensor:
    """Rescales the scores ``(..., P)`` of each frame to [0, 1]."""
    above = scores - scores.amin(-1, keepdim=True)
    return divide(above, above.amax(-1, keepdim=True))


def sharpen(scores: Tensor) -> Tensor:
    """Rescales scores above the mean to [0, 1] and sets the others to zero.

    This is the background mask and foreground sharpening of vid-TLDR.

    Args:
        scores: ``(..., P)``.
    """
    above = (scores - scores.mean(-1, keepdim=True)).clamp_min(0)
    return divide(above, above.amax(-1, keepdim=True))


def key_norms(call: AttentionCall) -> Tensor:
    """Measures the keys of the patches: ``||k||_2``, ``(B, T, H, N - 1)``."""
    frame_length = call.query.shape[-2]  # N, with CLS at 0
    patch_keys = call.key[..., 1:frame_length, :]  # (B, T, H, N - 1, d)
    return at_least_float32(patch_keys).norm(dim=-1)


def patch_sharpness(call: AttentionCall) -> Tensor:
    """Measures how sharply each patch attends to the tokens of its frame.

    ``S_i = sum_j A_ij log A_ij``, the negative entropy of the attention A of
    patch i. A is averaged over the heads; j runs over all tokens of the frame,
    CLS included, and A over them sums to 1.

    Args:
        call: inputs of the layer's attention.

    Returns:
        ``(B, T, N - 1)``, rescaled to [0, 1] in each frame.
    """
    query, frame_length = call.query, call.query.shape[-2]
    rows = query[..., 1:, :] * query.shape[-1]**-0.5  # (B, T, H, N - 1, d)
    # keys of the frame only: (B, T, H, d, N)
    columns = call.key[..., :frame_length, :].transpose(-1, -2)
    # Head by head, each (B, T, N - 1, N): the matrices of all heads at once
    # need H times the memory.
    total = reduce(torch.add,
                   (at_least_float32(row @ column).softmax(-1)
                    for row, column in zip(rows.unbind(2), columns.unbind(2))))
    # mean over heads, then entropy over the N columns: (B, T, N - 1)
    entropy = torch.special.entr(total / query.shape[2]).sum(-1)
    return min_max(-entropy)


def ats_scores(call: AttentionCall) -> Tensor:
    """Weights the attention of CLS to a patch by the norm of its value.

    ``a_i * ||v_i||_2``, with a summed over heads and v of all heads joined.

    Args:
        call: inputs of the layer's attention.

    Returns:
        ``(B, T, N - 1)``, adding up to 1 in each frame.
    """
    frame_length = call.query.shape[-2]
    values = at_least_float32(call.value[..., 1:frame_length, :])
    attention = at_least_float32(cls_attention(call))  # (B, T, H, N - 1)
    # values are (B, T, H, N - 1, d): their norm runs over heads and channels
    scores = attention.sum(2) * values.norm(dim=(2, 4))
    return divide(scores, scores.sum(-1, keepdim=True))
