"""Computes attention of a frame to its own tokens and reference tokens.

``z_t = f(z_t, s)`` (slides, "Background"): the queries come from the frame,
keys and values from the frame and from the reference tokens ``s``. Pure
functions; legend: B videos, T frames, N tokens of a frame (CLS first), M
reference tokens, H heads, d head width, D = H * d.
"""
from typing import NamedTuple, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

KeyValue = Tuple[Tensor, Tensor]


class AttentionCall(NamedTuple):
    """Query, key, value and bias of one attention call.

    Attributes:
        query: ``(B, T, H, N, d)``.
        key: ``(B, T, H, N + M, d)``, the frame's own tokens first.
        value: ``(B, T, H, N + M, d)``.
        bias: added to the logits, broadcastable to ``(T, H, 1, N + M)``, or
            None.
    """
    query: Tensor
    key: Tensor
    value: Tensor
    bias: Optional[Tensor] = None


def split_heads(x: Tensor, heads: int) -> Tensor:
    """Brings heads before tokens: ``(..., N, D)`` to ``(..., H, N, d)``."""
    return x.unflatten(-1, (heads, -1)).transpose(-2, -3)


def project_qkv(x: Tensor, attn: nn.MultiheadAttention) -> Tuple[Tensor, ...]:
    """Projects tokens with the fused weights of a CLIP attention layer.

    Args:
        x: ``(..., N, D)``.
        attn: the layer whose ``in_proj`` is used.

    Returns:
        Query, key and value, each ``(..., H, N, d)``.
    """
    qkv = F.linear(x, attn.in_proj_weight, attn.in_proj_bias)  # (..., N, 3D)
    return tuple(split_heads(p, attn.num_heads) for p in qkv.chunk(3, -1))


def project_query(x: Tensor, attn: nn.MultiheadAttention) -> Tensor:
    """Projects queries only, see :func:`project_qkv`."""
    width = attn.embed_dim
    # the fused weights hold the rows of query, key and value in this order
    query = F.linear(x, attn.in_proj_weight[:width], attn.in_proj_bias[:width])
    return split_heads(query, attn.num_heads)  # (..., H, N, d)


def project_kv(x: Tensor, attn: nn.MultiheadAttention) -> KeyValue:
    """Projects keys and values only, see :func:`project_qkv`."""
    width = attn.embed_dim
    kv = F.linear(x, attn.in_proj_weight[width:], attn.in_proj_bias[width:])
    key, value = kv.chunk(2, -1)  # each (..., N, D)
    heads = attn.num_heads
    return split_heads(key, heads), split_heads(value, heads)


def local_global_logits(bias: Tensor, frame_length: int,
                        num_references: int) -> Tensor:
    """Spreads a bias of two values over own and reference tokens.

    Args:
        bias: ``(H, 1, 2)``, for the frame's own tokens and for references.
        frame_length: tokens of a frame, N.
        num_references: reference tokens, M.

    Returns:
        ``(H, 1, N + M)``.
    """
    local, context = bias.split(1, -1)  # each (H, 1, 1)
    return torch.cat((local.expand(
        -1, -1, frame_length), context.expand(-1, -1, num_references)), -1)


def visibility_logits(visible: Tensor, frame_length: int,
                      like: Tensor) -> Tensor:
    """Turns visibility into logits: 0 for visible, minus infinity for hidden.

    Args:
        visible: which reference tokens each frame reads, bool ``(T, M)``.
        frame_length: tokens of a frame, N, which it always reads.
        like: tensor whose dtype and device are used.

    Returns:
        ``(T, 1, 1, N + M)``.
    """
    hidden = like.new_zeros(visible.shape).masked_fill(~visible, float('-inf'))
    hidden = F.pad(hidden, (frame_length, 0))  # (T, N + M)
    return hidden[:, None, None]


def with_references(query: Tensor,
                    key: Tensor,
                    value: Tensor,
                    references: KeyValue,
                    bias: Optional[Tensor] = None,
                    visible: Optional[Tensor] = None) -> AttentionCall:
    """Appends reference keys and values to those of every frame.

    Args:
        query: ``(B, T, H, N, d)``.
        key: ``(B, T, H, N, d)``.
        value: ``(B, T, H, N, d)``.
        references: keys and values ``(B, T, H, M, d)``, with 1 in place of T
            where all frames of a video read the same tokens.
        bias: ``(H, 1, 2)``, added to the logits of the frame's own tokens and
            of the reference tokens (slides, step 3 of TC).
        visible: which reference tokens each frame reads, bool ``(T, M)``; all
            if None.
    """
    frames, length = key.shape[1], key.shape[-2]
    # Tokens that all frames share are projected once and repeated here:
    # (B, 1, H, M, d) -> (B, T, H, M, d), without a copy.
    ref_key, ref_value = (x.expand(-1, frames, -1, -1, -1) for x in references)
    if bias is not None:
        bias = local_global_logits(bias, length, ref_key.shape[-2])
    if visible is not None:
        mask = visibility_logits(visible, length, query)
        bias = mask if bias is None else bias + mask  # (T, H or 1, 1, N + M)
    return AttentionCall(
        query,
        torch.cat((key, ref_key), -2),  # (B, T, H, N + M, d)
        torch.cat((value, ref_value), -2),
        bias)


def attend(call: AttentionCall) -> Tensor:
    """Computes the attention output of every frame token.

    Args:
        call: query, key, value and bias, see :class:`AttentionCall`.

    Returns:
        ``(B, T, N, D)``, before the output projection.
    """
    query, key, value, bias = call
    frames = query.shape[:2]  # B, T
    if bias is not None:
        # (..., 1, N + M) -> (B*T, H, 1, N + M)
        bias = bias.to(query.dtype).expand(*frames, -1, -1, -1).flatten(0, 1)
    # The kernel takes one batch axis: frames of all videos side by side.
    out = F.scaled_dot_product_attention(
        query.flatten(0, 1),
        key.flatten(0, 1),
        value.flatten(0, 1),
        attn_mask=bias)
    # (B*T, H, N, d) -> (B, T, N, D)
    return out.transpose(1, 2).flatten(2).unflatten(0, frames)


def cls_attention(call: AttentionCall) -> Tensor:
    """Computes how much each frame's CLS token attends to its patches.

    Only the CLS row of the attention matrix is formed. The softmax runs over
    own and reference tokens together, as in the attention itself.

    Args:
        call: query, key, value and bias, see :class:`AttentionCall`.

    Returns:
        ``(B, T, H, N - 1)``, attention weights.
    """
    query, key, _, bias = call
    row = query[..., :1, :] * query.shape[-1]**-0.5  # (B, T, H, 1, d)
    logits = row @ key.transpose(-1, -2)  # (B, T, H, 1, N + M)
    if bias is not None:
        logits = logits + bias
    # the CLS token itself is column 0, the patches of the frame follow it
    return logits.softmax(-1)[..., 0, 1:query.shape[-2]]
