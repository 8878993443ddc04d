"""The neck with a class token, from the formula of a post-norm encoder."""
import pytest
import torch
from mmaction.registry import MODELS

from tests.reference import blocks
from tests.small import perturb


def make(**options):
    """Builds a neck for clips of 3 frames, far from its initial values."""
    torch.manual_seed(0)
    neck = MODELS.build(
        dict(
            dict(
                type='ClsTransformer',
                channels=16,
                num_frames=3,
                num_layers=2,
                head_width=8), **options))
    return perturb(neck.double(), by=0.2)


@torch.no_grad()
def test_features_equal_a_loop_over_layers():
    neck = make().eval()
    frames, context = torch.randn(2, 3, 16).double(), torch.randn(2, 1, 5, 16)
    (feature, same), losses = neck((frames, context))
    for given, video in zip(feature, frames):
        x = torch.cat((neck.cls[None], video)) + neck.positions
        for layer in neck.encoder.layers:
            x = layer.norm1(x + blocks.attention(layer.self_attn, x, heads=2))
            hidden = layer.linear1(x).clamp(min=0)
            x = layer.norm2(x + layer.linear2(hidden))
        torch.testing.assert_close(given, neck.encoder.norm(x)[0])
    assert same is context and losses == {}


def test_every_parameter_learns():
    neck = make(dropout=0.)
    neck((torch.randn(2, 3, 16).double(), None))[0].feature[:, 0].sum() \
        .backward()
    assert [n for n, p in neck.named_parameters() if p.grad is None] == []


def test_official_sizes_and_other_lengths():
    neck = MODELS.build(
        dict(type='ClsTransformer', channels=512, num_frames=3, num_layers=1))
    layer, = neck.encoder.layers
    assert layer.linear1.out_features == 2048 and layer.norm1.eps == 1e-5
    assert layer.self_attn.num_heads == 8 and layer.dropout.p == 0.1
    assert neck.positions.shape == (4, 512)
    with pytest.raises(ValueError, match='4 frames, but ClsTransformer has n'):
        neck((torch.randn(2, 4, 512), None))
