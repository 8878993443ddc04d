"""What frames read in the models that TC-CLIP is compared with."""
import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from projects.tc_clip.models.attention import attend, project_qkv
from projects.tc_clip.models.references import other_frames
from tests import small
from tests.reference import official_weights as official
from tests.reference.temporal import (cross_frame, joint_space_time,
                                      window_expansion)
from tests.small import DATA, spy

B, T, H, N, D = 2, 4, 2, 5, 8
EXACT = dict(rtol=0, atol=1e-12)
MODELS_OF_THE_SLIDES = [
    dict(type='CrossFrame'),
    dict(type='WindowExpansion'),
    dict(type='JointSpaceTime')
]


def make_attention(seed=0):
    """Returns a float64 attention layer without small or zero weights."""
    torch.manual_seed(seed)
    attn = nn.MultiheadAttention(D, H, batch_first=True).double()
    for p in attn.parameters():
        nn.init.normal_(p)
    return attn


def make_tokens(frames=T):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(
        B, frames, N, D, dtype=torch.float64, generator=generator)


def read(config, tokens, attn, bias=None):
    """Attends as a block does: ``(B, T, N, D)`` to the same shape."""
    reference = MODELS.build(config)
    assert all(reference.has_references(layer) for layer in (1, 2, 12))
    inputs = reference.join(*project_qkv(tokens, attn), None, bias)
    assert reference(tokens, inputs) is None
    return attn.out_proj(attend(inputs).view_as(tokens))


def make_vit(reference, **options):
    """Builds a small tower that reads references without a bias."""
    return small.make_vit(
        reference=reference, local_global_bias=False, **options)


# --- against the slow versions ----------------------------------------------


def assert_equal_with_gradients(fast, slow, tokens):
    """Compares two functions of tokens and their gradients."""
    tokens.requires_grad_()
    results = []
    for function in (fast, slow):
        out = function(tokens)
        results.append((out, torch.autograd.grad(out.square().sum(), tokens)))
    torch.testing.assert_close(*results, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize('frames, biased', [(1, False), (3, False), (3, True)])
@pytest.mark.parametrize('name, slow, options', [
    ('CrossFrame', cross_frame, dict()),
    ('CrossFrame', cross_frame, dict(include_own=False)),
    *(('WindowExpansion', window_expansion,
       dict(window=window, include_cls=include_cls, boundary=boundary))
      for window in (1, 2, 4) for include_cls in (True, False)
      for boundary in ('zero', 'mask', 'clamp')),
])
def test_equals_reading_frame_by_frame(name, slow, options, frames, biased):
    attn = make_attention()
    bias = torch.randn(H, 1, 2).double() if biased else None
    assert_equal_with_gradients(
        lambda x: read(dict(type=name, **options), x, attn, bias),
        lambda x: torch.stack([slow(v, attn, bias, **options) for v in x]),
        make_tokens(frames))


@pytest.mark.parametrize('frames', [1, 3])
def test_joint_equals_reading_frame_by_frame(frames):
    attn = make_attention()
    assert_equal_with_gradients(
        lambda x: read(dict(type='JointSpaceTime'), x, attn),
        lambda x: torch.stack([joint_space_time(v, attn) for v in x]),
        make_tokens(frames))


# --- against the official code of Open-VCLIP --------------------------------


@pytest.mark.parametrize('frames', [4, 2])
@pytest.mark.parametrize('window, official', [
    (1, 'expand_temporal_view'),
    (2, 'expand_temporal_view_step2'),
    (3, 'expand_temporal_view_step3'),
])
def test_window_equals_official_attention(frames, window, official):
    case = {
        name: torch.tensor(array)
        for name, array in np.load(DATA /
                                   f'window_attention_t{frames}.npz').items()
    }
    attn = nn.MultiheadAttention(8, 2).double()
    attn.load_state_dict({
        name[len('parameter.'):]: array
        for name, array in case.items() if name.startswith('parameter.')
    })
    # (N, B * T, D) -> (B, T, N, D)
    tokens, want = (
        case[name].transpose(0, 1).unflatten(0, (-1, frames))
        for name in ('input', f'output.{official}'))
    have = read(dict(type='WindowExpansion', window=window), tokens, attn)
    torch.testing.assert_close(have, want, **EXACT)


def test_frame_features_equal_official_open_vclip():
    case = np.load(DATA / 'openvclip_t4_frames.npz')
    want = torch.tensor(case['frame_features'])[:1]  # one of two videos
    vit = MODELS.build(
        dict(
            type='TCCLIPViT',
            arch='ViT-B-16-quickgelu',
            reference=dict(type='WindowExpansion'),
            local_global_bias=False,
            context_layers=[-1])).double()
    vit.load_state_dict({
        name:
        official.parameter(f'model.visual.{name}', value.shape)
        for name, value in vit.state_dict().items()
    })
    clips = official.clips(*want.shape[:2], int(case['seed'])).double()
    with torch.no_grad():
        frames = vit(clips)[1][:, 0]
    # stored as float32
    torch.testing.assert_close(frames.float(), want, rtol=0, atol=1e-5)


# --- properties -------------------------------------------------------------


def test_masked_window_over_all_frames_is_joint_attention():
    attn, tokens = make_attention(), make_tokens()
    joint = read(dict(type='JointSpaceTime'), tokens, attn)
    for window in (T - 1, T + 2):
        wide = dict(type='WindowExpansion', window=window, boundary='mask')
        torch.testing.assert_close(read(wide, tokens, attn), joint, **EXACT)
    narrow = dict(type='WindowExpansion', window=T - 2, boundary='mask')
    assert (read(narrow, tokens, attn) - joint).abs().max() > 1e-3


@pytest.mark.parametrize('reference', [
    dict(type='CrossFrame', include_own=False),
    dict(type='WindowExpansion', boundary='mask'),
    dict(type='JointSpaceTime')
])
def test_one_frame_is_frame_wise(reference):
    clips = torch.randn(2, 3, 1, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(
            make_vit(reference)(clips),
            make_vit(dict(type='FrameWise'))(clips))


@pytest.mark.parametrize('reference, read_tokens', [
    (dict(type='CrossFrame'), [(0, 0), (1, 0), (3, 0)]),
    (dict(type='CrossFrame', include_own=False), [(0, 0), (1, 0), (3, 0)]),
    (dict(type='WindowExpansion'), [(t, n) for t in (1, 3) for n in range(N)]),
    (dict(type='WindowExpansion', include_cls=False), [(t, n) for t in (1, 3)
                                                       for n in range(1, N)]),
    (dict(type='JointSpaceTime'), [(t, n) for t in (0, 1, 3)
                                   for n in range(N)]),
])
def test_gradient_reaches_the_tokens_that_are_read(reference, read_tokens):
    tokens = make_tokens().requires_grad_()
    read(reference, tokens, make_attention())[0, 2].square().sum().backward()
    reached = tokens.grad.abs().sum(-1) > 1e-9
    want = torch.zeros(B, T, N, dtype=torch.bool)
    want[0, 2] = True
    for t, n in read_tokens:
        want[0, t, n] = True
    assert reached.equal(want)


@pytest.mark.parametrize('reference', MODELS_OF_THE_SLIDES)
def test_backbone_gives_frame_features_and_keeps_videos_apart(reference):
    vit = make_vit(reference, context_layers=[-1])
    clips = torch.randn(3, 3, T, 32, 32)
    with torch.no_grad():
        feature, frames = vit(clips)
        alone = [vit(clip[None]) for clip in clips]
    assert frames.shape == (3, 1, T, 24)
    close = dict(rtol=0, atol=1e-5)
    torch.testing.assert_close(frames[:, 0].mean(1), feature, **close)
    for i, part in enumerate((feature, frames)):
        torch.testing.assert_close(
            torch.cat([output[i] for output in alone]), part, **close)


@pytest.mark.parametrize('include_own', [True, False])
def test_cross_frame_references_are_one_view_for_all_frames(
        monkeypatch, include_own):
    calls = spy(monkeypatch, other_frames, 'with_references')
    read(
        dict(type='CrossFrame', include_own=include_own), make_tokens(),
        make_attention())
    (_, key, value, references, *_), = calls
    for own, shared in zip((key, value), references):
        assert shared.shape == (B, 1, H, T, D // H)
        assert shared.data_ptr() == own.data_ptr()


@pytest.mark.parametrize('reference, keys', [
    (dict(type='FrameWise'), N),
    (dict(type='CrossFrame'), N + T),
    (dict(type='WindowExpansion'), 3 * N),
    (dict(type='WindowExpansion', include_cls=False), 3 * N - 2),
    (dict(type='JointSpaceTime'), T * N),
])
def test_every_query_meets_as_many_keys(reference, keys):
    qkv = torch.empty(3, B, T, H, N, D // H, device='meta')
    with FlopCounterMode(display=False) as counter:
        attend(MODELS.build(reference).join(*qkv, None, None))
    # Logits and the weighted sum take 2 operations per channel each.
    assert counter.get_total_flops() == 4 * B * T * N * D * keys


def test_joint_attention_copies_nothing():
    qkv = project_qkv(make_tokens(), make_attention())
    inputs = MODELS.build(dict(type='JointSpaceTime')).join(*qkv, None, None)
    for before, after in zip(qkv, inputs):
        assert after.shape == (B, 1, H, T * N, D // H)
        assert after.data_ptr() == before.data_ptr()


# --- errors -----------------------------------------------------------------


@pytest.mark.parametrize('options, message', [
    (dict(window=0), 'window=0 must be 1 or more'),
    (dict(boundary='wrap'), "boundary='wrap': 'zero', 'mask' or 'clamp'"),
])
def test_wrong_options_say_what_is_wrong(options, message):
    with pytest.raises(ValueError, match=message):
        MODELS.build(dict(type='WindowExpansion', **options))


def test_joint_attention_refuses_a_bias():
    with pytest.raises(ValueError, match='local_global_bias=False'):
        MODELS.build(
            dict(type='TCCLIPViT', reference=dict(type='JointSpaceTime')))
