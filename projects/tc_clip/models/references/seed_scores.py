"""How informative the patches of a frame are: what seed selections go by.

Pure functions on the attention operation of a layer, none below zero, so that
each may weigh the seeds in their summary too. Legend of shapes as in
:mod:`attention`.
"""
from functools import reduce

import torch
from torch import Tensor

from ..attention import AttentionCall, cls_attention


def at_least_float32(x: Tensor) -> Tensor:
    """Widens half precision, in which long sums lose their small terms."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def divide(x: Tensor, by: Tensor) -> Tensor:
    """Divides by numbers that are not negative; zero by zero is zero."""
    return x / by.clamp_min(torch.finfo(by.dtype).tiny)


def min_max(scores: Tensor) -> Tensor:
    """Stretches the scores ``(..., P)`` of each frame to [0, 1]."""
    above = scores - scores.amin(-1, keepdim=True)
    return divide(above, above.amax(-1, keepdim=True))


def sharpen(scores: Tensor) -> Tensor:
    """Stretches what lies above the mean to [0, 1] and sets the rest to zero.

    The background mask and foreground sharpening of vid-TLDR.

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
    """Measures how sharply each patch attends to its own frame.

    ``S_i = sum_j A_ij log A_ij``, the negative entropy of the attention A of
    patch i. A is averaged over the heads; j runs over all tokens of the frame,
    CLS included, and A over them sums to 1.

    Returns:
        ``(B, T, N - 1)``, stretched to [0, 1] in each frame.
    """
    query, frame_length = call.query, call.query.shape[-2]
    rows = query[..., 1:, :] * query.shape[-1]**-0.5  # (B, T, H, N - 1, d)
    columns = call.key[..., :frame_length, :].transpose(-1, -2)
    # Head by head, each (B, T, N - 1, N): the matrices of all heads at once
    # need H times the memory.
    total = reduce(torch.add,
                   (at_least_float32(row @ column).softmax(-1)
                    for row, column in zip(rows.unbind(2), columns.unbind(2))))
    entropy = torch.special.entr(total / query.shape[2]).sum(-1)
    return min_max(-entropy)


def ats_scores(call: AttentionCall) -> Tensor:
    """Weighs the attention of CLS to a patch by the norm of its value.

    ``a_i * ||v_i||_2``, summed over heads and joined over them.

    Returns:
        ``(B, T, N - 1)``, adding up to 1 in each frame.
    """
    frame_length = call.query.shape[-2]
    values = at_least_float32(call.value[..., 1:frame_length, :])
    attention = at_least_float32(cls_attention(call))  # (B, T, H, N - 1)
    # values are (B, T, H, N - 1, d): their norm runs over heads and channels
    scores = attention.sum(2) * values.norm(dim=(2, 4))
    return divide(scores, scores.sum(-1, keepdim=True))
