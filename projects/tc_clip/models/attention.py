"""Attention of a frame to its own tokens and to reference tokens.

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
    """What one attention operation of a video reads.

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
    qkv = F.linear(x, attn.in_proj_weight, attn.in_proj_bias)
    return tuple(split_heads(p, attn.num_heads) for p in qkv.chunk(3, -1))


def project_query(x: Tensor, attn: nn.MultiheadAttention) -> Tensor:
    """Like :func:`project_qkv` for tokens that only ask: query."""
    width = attn.embed_dim
    query = F.linear(x, attn.in_proj_weight[:width], attn.in_proj_bias[:width])
    return split_heads(query, attn.num_heads)


def project_kv(x: Tensor, attn: nn.MultiheadAttention) -> KeyValue:
    """Like :func:`project_qkv` for tokens that ask nothing: key and value."""
    width = attn.embed_dim
    kv = F.linear(x, attn.in_proj_weight[width:], attn.in_proj_bias[width:])
    key, value = kv.chunk(2, -1)
    return (split_heads(key,
                        attn.num_heads), split_heads(value, attn.num_heads))


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
        bias: ``(H, 1, 2)``, what is added to the logits of the frame's own
            tokens and of the reference tokens (slides, step 3 of TC).
        visible: which reference tokens each frame reads, bool ``(T, M)``; all
            if None.
    """
    own, frames = key.shape[-2], key.shape[1]
    ref_key, ref_value = (x.expand(-1, frames, -1, -1, -1) for x in references)
    if bias is not None:
        local, context = bias.split(1, -1)
        bias = torch.cat((local.expand(
            -1, -1, own), context.expand(-1, -1, ref_key.shape[-2])), -1)
    if visible is not None:
        hidden = query.new_zeros(visible.shape).masked_fill(
            ~visible, float('-inf'))
        # (T, 1, 1, N + M)
        hidden = F.pad(hidden, (own, 0))[:, None, None]
        bias = hidden if bias is None else bias + hidden
    return AttentionCall(query, torch.cat((key, ref_key), -2),
                         torch.cat((value, ref_value), -2), bias)


def attend(inputs: AttentionCall) -> Tensor:
    """Computes the attention output of every frame token.

    Returns:
        ``(B, T, N, D)``, before the output projection.
    """
    query, key, value, bias = inputs
    frames = query.shape[:2]
    if bias is not None:
        bias = bias.to(query.dtype).expand(*frames, -1, -1, -1).flatten(0, 1)
    out = F.scaled_dot_product_attention(
        query.flatten(0, 1),
        key.flatten(0, 1),
        value.flatten(0, 1),
        attn_mask=bias)
    # (B*T, H, N, d) -> (B, T, N, D)
    return out.transpose(1, 2).flatten(2).unflatten(0, frames)


def cls_attention(inputs: AttentionCall) -> Tensor:
    """Computes how much each frame's CLS token attends to its patches.

    Only the CLS row of the attention matrix is formed. The softmax runs over
    own and reference tokens together, as in the attention itself.

    Returns:
        ``(B, T, H, N - 1)``, attention weights.
    """
    query, key, _, bias = inputs
    row = query[..., :1, :] * query.shape[-1]**-0.5
    logits = row @ key.transpose(-1, -2)  # (B, T, H, 1, N + M)
    if bias is not None:
        logits = logits + bias
    return logits.softmax(-1)[..., 0, 1:query.shape[-2]]
