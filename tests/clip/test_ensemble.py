"""Mixing CLIP into fine-tuned weights, and lending a model the mixture."""
import numpy as np
import pytest
import torch
from mmaction.registry import MODELS

from projects.tc_clip.clip.ensemble import (ADDED_PARTS, WeightEnsemble,
                                            clip_state, interpolate)
from tests import small
from tests.small import ARCH, DATA, changed, perturb, save_clip, score
from tests.system_configs import COMPARED, system_config

# Computed by the official code of TC-CLIP, MAXI and OST for a toy model.
ORACLE = DATA / 'interpolation.npz'
OFFICIAL_PARTS = ('local_global_bias', 'prompt_learner', 'prompt_generation')


def make_model(pretrained, head=None, **backbone):
    """Builds a small recognizer with random weights, not those of CLIP."""
    model = small.make_model(
        seed=1,
        backbone=dict(pretrained=pretrained, **backbone),
        cls_head=dict(class_names=['run', 'sit'], **(head or {})))
    return perturb(model, by=0.05).eval()


def snapshot(model):
    return {key: value.clone() for key, value in model.state_dict().items()}


def same_bits(have, want):
    """Whether two state dicts are equal, also in the sign of zeros."""
    return have.keys() == want.keys() and all(
        have[key].numpy().tobytes() == value.numpy().tobytes()
        for key, value in want.items())


@pytest.fixture(scope='module')
def clip_file(tmp_path_factory):
    path = tmp_path_factory.mktemp('clip') / 'clip.pt'
    save_clip(path)
    return str(path)


# --- interpolate ------------------------------------------------------------


@pytest.mark.parametrize('name, clip_share, exclude', [
    ('tcclip.0.7', 1 - 0.7, OFFICIAL_PARTS),
    ('tcclip.0.25', 1 - 0.25, OFFICIAL_PARTS),
    ('maxi.0.2', 0.2, ()),
    ('maxi.0.5', 0.5, ()),
    ('ost.0.2', 0.2, ()),
    ('ost.0.5', 0.5, ()),
])
def test_numbers_of_the_official_code(name, clip_share, exclude):
    with np.load(ORACLE) as arrays:
        original, finetuned, want = ({
            key[len(part) + 1:]:
            torch.from_numpy(arrays[key])
            for key in arrays if key.startswith(part + '.')
        } for part in ('original', 'finetuned', name))
    mixed = interpolate(original, finetuned, clip_share, exclude)
    assert mixed.keys() == want.keys() and len(want) == 6
    for key, value in want.items():
        torch.testing.assert_close(mixed[key], value, rtol=0, atol=1e-12)
        stays = any(part in key for part in exclude)
        assert torch.equal(mixed[key], finetuned[key]) == stays


def test_ends_are_exact_bit_by_bit():
    clip = dict(a=torch.randn(1000), b=torch.tensor([-0., 0., -0.]))
    finetuned = dict(a=torch.randn(1000), b=torch.tensor([0., -0., -0.]))
    assert same_bits(interpolate(clip, finetuned, 0), finetuned)
    assert same_bits(interpolate(clip, finetuned, 1), clip)


def test_what_clip_lacks_and_what_is_excluded_stays():
    clip = {
        'backbone.proj': torch.zeros(2),
        'backbone.local_global_bias': torch.zeros(2),
        'steps': torch.tensor(0)
    }
    finetuned = {key: torch.ones_like(value) for key, value in clip.items()}
    finetuned['cls_head.project.weight'] = torch.full((2, ), 3.)
    mixed = interpolate(clip, finetuned, 0.25)
    assert {
        key: value.tolist()
        for key, value in mixed.items()
    } == {
        'backbone.proj': [0.75, 0.75],
        'backbone.local_global_bias': [1, 1],
        'steps': 1,
        'cls_head.project.weight': [3, 3],
    }


def test_dtype_and_gradient_are_those_of_loaded_weights():
    clip = dict(a=torch.zeros(2, dtype=torch.float64))
    finetuned = dict(a=torch.nn.Parameter(torch.ones(2).half()))
    for clip_share in (0.25, 1):
        mixed = interpolate(clip, finetuned, clip_share)['a']
        assert mixed.dtype == torch.half and not mixed.requires_grad
        assert mixed.tolist() == [1 - clip_share] * 2


@pytest.mark.parametrize('clip_share', [0.25, 1])
def test_positions_are_repeated_per_frame(clip_share):
    clip = dict(positions=torch.zeros(5, 4))
    finetuned = dict(positions=torch.ones(3, 5, 4))
    mixed = interpolate(clip, finetuned, clip_share)['positions']
    assert mixed.is_contiguous()
    assert torch.equal(mixed, torch.full((3, 5, 4), 1 - clip_share))


@pytest.mark.parametrize('clip_share', [-0.1, 1.1, float('nan')])
def test_share_out_of_range(clip_share):
    with pytest.raises(ValueError) as error:
        interpolate({}, {}, clip_share)
    assert str(error.value) == (
        f'clip_share={clip_share} is not between 0 (only the fine-tuned '
        'weights) and 1 (only CLIP)')


def test_misfits_are_named():
    clip = dict(a=torch.ones(2), b=torch.ones(3, 2), c=torch.ones(2))
    finetuned = dict(a=torch.ones(3), b=torch.ones(2), d=torch.ones(1))
    with pytest.raises(ValueError) as error:
        interpolate(clip, finetuned, 0.3)
    assert str(error.value) == (
        'The fine-tuned weights and CLIP are not of one architecture: c is '
        'missing; shape of a: have (2,), want (3,); shape of b: have (3, 2), '
        'want (2,)')


# --- clip_state -------------------------------------------------------------


def test_names_are_those_that_the_model_gives_to_clip(clip_file):
    model = make_model(clip_file)
    clip, before = clip_state(ARCH, clip_file), snapshot(model)
    assert len(clip) == len(torch.load(clip_file))
    model.init_weights()
    loaded = model.state_dict()
    assert all(torch.equal(loaded[key], clip[key]) for key in clip)
    added = before.keys() - clip.keys()
    assert all(any(part in key for part in ADDED_PARTS) for key in added)
    assert len(added) > 3


# --- WeightEnsemble ---------------------------------------------------------


def test_model_has_the_mixture_for_a_while(clip_file):
    model = make_model(clip_file)
    with torch.no_grad():
        model.cls_head.text_encoder.ln_final.bias[0] = -0.
    finetuned, alone = snapshot(model), score(model)
    want = interpolate(clip_state(ARCH, clip_file), finetuned, 0.3)
    with WeightEnsemble(model).use(0.3):
        assert same_bits(model.state_dict(), want)
        assert all(value.requires_grad == ('token_embedding' not in key)
                   for key, value in model.named_parameters())
        mixed = score(model)
    assert same_bits(model.state_dict(), finetuned)
    # the head would keep its class texts if it did not notice
    assert score(model).equal(alone)
    assert (mixed - alone).abs().max() > 1e-3
    model.load_state_dict(want)
    assert score(model).equal(mixed)


def test_share_1_gives_the_logits_of_clip_with_the_added_parts(clip_file):
    model = make_model(clip_file)
    with WeightEnsemble(model).use(1):
        have = score(model)
    model.load_state_dict({
        **model.state_dict(),
        **clip_state(ARCH, clip_file)
    })
    assert score(model).equal(have)


def test_weights_come_back_after_an_error(clip_file):
    model = make_model(clip_file)
    finetuned = snapshot(model)
    with pytest.raises(RuntimeError, match='^in the test$'):
        with WeightEnsemble(model).use(0.3):
            raise RuntimeError('in the test')
    assert same_bits(model.state_dict(), finetuned)
    with pytest.raises(ValueError, match='^clip_share=2 is not between'):
        with WeightEnsemble(model).use(2):
            pass
    assert same_bits(model.state_dict(), finetuned)


def test_share_0_touches_nothing(clip_file, monkeypatch):
    model = make_model(clip_file)
    ensemble, alone = WeightEnsemble(model), score(model)
    stored = model.cls_head.text_before_video
    monkeypatch.setattr(model, 'load_state_dict', None)
    with torch.no_grad(), ensemble.use(0):
        text = stored()
        assert score(model).equal(alone)
    with torch.no_grad():
        assert stored() is text


def test_clip_is_read_once_for_all_shares(clip_file, monkeypatch):
    model, read = make_model(clip_file), []

    def load_clip(*args):
        read.append(args)
        return torch.load(clip_file)

    monkeypatch.setattr('projects.tc_clip.clip.ensemble.load_clip', load_clip)
    ensemble = WeightEnsemble(model)
    biases = []
    for clip_share in (0, 0.5, 1):
        with ensemble.use(clip_share):
            biases.append(model.backbone.ln_post.bias.detach().clone())
    assert read == [(ARCH, clip_file)]
    torch.testing.assert_close(biases[1], (biases[0] + biases[2]) / 2)


def test_joint_positions(clip_file):
    model = make_model(clip_file, pos_embed='joint', num_frames=2)
    own = model.backbone.positional_embedding.detach().clone()
    clip = torch.load(clip_file)['visual.positional_embedding']
    with WeightEnsemble(model).use(0.3):
        torch.testing.assert_close(model.backbone.positional_embedding,
                                   0.3 * clip + 0.7 * own)
    assert torch.equal(model.backbone.positional_embedding, own)


def test_model_without_clip():
    with pytest.raises(ValueError, match='pretrained=None: CLIP cannot be'):
        WeightEnsemble(make_model(None))


def test_towers_of_two_clips(clip_file):
    model = make_model(clip_file, head=dict(pretrained='another.pt'))
    with pytest.raises(ValueError, match="another.pt'.* in the head$"):
        WeightEnsemble(model)


def test_clip_of_another_size_is_noticed_before_use(tmp_path):
    save_clip(tmp_path / 'clip.pt', changed(ARCH, vision=dict(width=16)))
    with pytest.raises(
            ValueError,
            match=r'backbone\.class_embedding: have \(16,\), want \(32,\)'):
        WeightEnsemble(make_model(str(tmp_path / 'clip.pt')))


NEW_PARTS = {
    'X-CLIP': ('neck.', 'backbone.injection.', 'backbone.patch_context.',
               'cls_head.fusion.'),
    'ActionCLIP': ('neck.', ),
    'A5': ('neck.', 'cls_head.prompt_vectors'),
    'Vita-CLIP': ('backbone.injection.', 'backbone.time_embedding',
                  'backbone.conv1.bias', 'cls_head.prompt_vectors'),
}


@pytest.mark.parametrize('system', COMPARED)
def test_new_parts_of_other_systems_stay(tmp_path, system):
    path = str(tmp_path / 'clip.pt')
    config = system_config(system, pretrained=path)
    save_clip(path, config.model.backbone.arch)
    clip = clip_state(config.model.backbone.arch, path)
    torch.manual_seed(1)
    model = perturb(MODELS.build(config.model), by=0.05).eval()
    own = snapshot(model)
    with WeightEnsemble(model).use(0.25):
        mixed = snapshot(model)
    for key, value in own.items():
        if key.startswith(NEW_PARTS[system]):
            assert key not in clip and mixed[key].equal(value)
        else:
            torch.testing.assert_close(mixed[key],
                                       0.25 * clip[key] + 0.75 * value)
    assert {key.startswith(NEW_PARTS[system]) for key in own} == {True, False}
    assert same_bits(model.state_dict(), own)
