"""The temporal transformer of each system, from the formula."""
import pytest
import torch
from mmaction.registry import MODELS
from torch import nn

from tests.reference import blocks
from tests.small import make_model, perturb

CONTEXT = torch.randn(3, 1, 6, 32)
SYSTEMS = dict(
    xclip=dict(num_positions=4),
    actionclip=dict(
        num_positions=9,
        num_layers=3,
        exact_frames=False,
        ln_eps=1e-12,
        init='actionclip'),
    a5=dict(num_positions=4, outer_residual=False, init='a5'))


def make(channels=32, head_width=16, **options):
    """Builds a neck with the same random weights every time."""
    torch.manual_seed(0)
    return MODELS.build(
        dict(
            type='TemporalTransformer',
            channels=channels,
            head_width=head_width,
            **options)).eval()


@torch.no_grad()
@pytest.mark.parametrize('system', [*SYSTEMS])
def test_features_equal_a_loop_over_videos_and_heads(system):
    options = SYSTEMS[system]
    neck = perturb(make(**options).double(), by=0.2)
    frames = torch.randn(3, 4, 32).double()
    (feature, context), losses = neck((frames, CONTEXT))
    for given, video in zip(feature, frames):
        x = video + neck.positions[:4]
        for block in neck.blocks:
            x = blocks.feed_forward(block, blocks.attend(block, x, heads=2))
        if options.get('outer_residual', True):
            x = x + video
        torch.testing.assert_close(given, sum(x) / 4)
    assert context is CONTEXT and losses == {}


def test_without_layers_it_is_the_mean_over_frames():
    neck = make(num_positions=4, num_layers=0)
    frames = torch.randn(3, 5, 32)
    assert neck((frames, CONTEXT))[0].feature.equal(frames.mean(1))
    assert not list(neck.parameters())


def test_clips_of_other_lengths():
    with pytest.raises(ValueError, match='3 frames.*or set exact_frames'):
        make(num_positions=4)((torch.randn(2, 3, 32), CONTEXT))
    shorter = make(num_positions=4, exact_frames=False)
    assert shorter((torch.randn(2, 3,
                                32), CONTEXT))[0].feature.shape == (2, 32)
    with pytest.raises(ValueError, match='5 frames.*sample as many frames$'):
        shorter((torch.randn(2, 5, 32), CONTEXT))


@torch.no_grad()
@pytest.mark.parametrize('init, positions, linear',
                         [('xclip', 0.02, 0.02), ('actionclip', 0.02, 0.02),
                          ('a5', 0.01, 3**-0.5 * 128**-0.5)])
def test_initial_values(init, positions, linear):
    neck = make(128, num_positions=100, init=init)
    block = neck.blocks[0]
    assert neck.positions.std() == pytest.approx(positions, rel=0.1)
    assert block.mlp.c_fc.weight.std() == pytest.approx(linear, rel=0.1)
    # torch's: Xavier of the fused (3 * 128, 128)
    bound = (6 / (4 * 128))**0.5
    assert 0.99 * bound < block.attn.in_proj_weight.abs().max() <= bound
    if init != 'a5':
        assert block.attn.out_proj.weight.std() == pytest.approx(0.02, rel=0.1)
        assert not any(m.bias.any()
                       for m in neck.modules() if isinstance(m, nn.Linear))
    assert block.ln_1.eps == 1e-5 and block.attn.num_heads == 8


def test_initial_values_have_names():
    with pytest.raises(ValueError, match="init='vit': actionclip, xclip, a5"):
        make(num_positions=4, init='vit')


def test_a_recognizer_learns_all_of_it():
    model = make_model(
        neck=dict(type='TemporalTransformer', channels=24, num_positions=4))
    clips = torch.randn(2, 1, 3, 4, 32, 32)
    features, options = model.extract_feat(clips)
    model.cls_head(features, **options).sum().backward()
    assert [n for n, p in model.neck.named_parameters()
            if p.grad is None] == []
