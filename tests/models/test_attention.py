"""Attention to own and reference tokens equals the explicit formula."""
import torch
from torch import nn

from projects.tc_clip.models.attention import (AttentionCall, attend,
                                               cls_attention, project_kv,
                                               project_qkv, project_query,
                                               with_references)

B, T, H, N, M, D = 2, 3, 4, 5, 6, 8


def make_inputs(bias):
    """Returns attention inputs with the references of a whole video."""
    torch.manual_seed(0)
    query, key, value = torch.randn(3, B, T, H, N, D).double()
    references = tuple(torch.randn(2, B, 1, H, M, D).double())
    return with_references(query, key, value, references, bias)


def explicit_attention(inputs):
    """Softmax(Q [K_z | K_s]^T / sqrt(d) + B), frame by frame."""
    logits = torch.einsum('bthqd,bthkd->bthqk', inputs.query, inputs.key)
    logits = logits / D**0.5
    if inputs.bias is not None:
        logits = logits + inputs.bias
    return logits.softmax(-1)


def test_attend_equals_explicit_softmax():
    bias = torch.randn(H, 1, 2).double()
    for inputs in (make_inputs(None), make_inputs(bias)):
        weights = explicit_attention(inputs)
        out = torch.einsum('bthqk,bthkd->btqhd', weights, inputs.value)
        torch.testing.assert_close(attend(inputs), out.flatten(3))
        torch.testing.assert_close(cls_attention(inputs), weights[..., 0, 1:N])


def test_bias_tells_own_from_reference_tokens():
    bias = torch.arange(2. * H).view(H, 1, 2).double()
    inputs = make_inputs(bias)
    assert inputs.bias[..., :N].equal(bias[..., :1].expand(-1, -1, N))
    assert inputs.bias[..., N:].equal(bias[..., 1:].expand(-1, -1, M))
    # Only the difference matters: a constant moves no weight.
    torch.testing.assert_close(
        attend(inputs), attend(inputs._replace(bias=inputs.bias + 3)))


def test_projections_equal_multihead_attention():
    torch.manual_seed(0)
    attn = nn.MultiheadAttention(32, H, batch_first=True).double()
    nn.init.normal_(attn.in_proj_bias)
    x = torch.randn(B * T, N, 32).double()
    query, key, value = (p[:, None] for p in project_qkv(x, attn))
    out = attn.out_proj(attend(AttentionCall(query, key, value))[:, 0])
    torch.testing.assert_close(out, attn(x, x, x, need_weights=False)[0])
    torch.testing.assert_close(project_query(x, attn)[:, None], query)
    for part, whole in zip(project_kv(x, attn), (key, value)):
        torch.testing.assert_close(part[:, None], whole)
