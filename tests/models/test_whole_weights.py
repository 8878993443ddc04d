"""No way to load weights leaves some of them as they were."""
import pytest
import torch
from mmaction.apis import init_recognizer
from mmengine.config import Config
from mmengine.runner import Runner, load_checkpoint

from projects.tc_clip.models import whole_weights
from tests.small import (ARCH, changed, make_head, make_model, make_vit,
                         model_config, spy)


def save(path, state, **more):
    """Saves a checkpoint as MMEngine does."""
    torch.save(dict(state_dict=state, meta={}, **more), path)
    return str(path)


def test_a_whole_checkpoint_is_loaded(tmp_path):
    state = make_model(seed=1).state_dict()
    model = make_model(seed=2)
    load_checkpoint(model, save(tmp_path / 'a.pth', state))
    assert all(v.equal(state[k]) for k, v in model.state_dict().items())


def test_the_prefix_of_a_wrapper_is_read(tmp_path):
    state = make_model(seed=1).state_dict()
    wrapped = {f'module.{key}': value for key, value in state.items()}
    model = make_model(seed=2)
    load_checkpoint(model, save(tmp_path / 'a.pth', wrapped))
    assert all(v.equal(state[k]) for k, v in model.state_dict().items())


@pytest.mark.parametrize('change, message', [
    (lambda s: {}, r'weights are missing: .*\n.*holds no weights'),
    (lambda s: dict(other=torch.ones(1)), 'Its first names are other: '),
    (lambda s: dict(s, logit_scale=torch.ones(1)), None),
    (lambda s: {
        k: v
        for k, v in s.items() if 'prompting' not in k
    }, r'weights are missing: cls_head\.prompting'),
    (lambda s: {
        **s, 'backbone.proj': s['backbone.proj'] * float('nan')
    }, '1 hold NaN or infinity.*: backbone.proj'),
    (lambda s: make_model(
        backbone=dict(arch=changed(ARCH, vision=dict(patch_size=4))
                      )).state_dict(),
     r'2 have another shape: backbone\.positional_embedding \(65, 32\) '
     r'instead of \(17, 32\), backbone\.conv1'),
    (lambda s: make_model(backbone=dict(pos_embed='joint', num_frames=8)).
     state_dict(), r'\(8, 17, 32\) instead of \(17, 32\)\n.*pos_embed'),
])
@pytest.mark.parametrize('load', [
    lambda model, path: load_checkpoint(model, path),
    lambda model, path: init_recognizer(
        Config(dict(model=model_config())), path, device='cpu'),
    lambda model, path: model.load_state_dict(
        torch.load(path, weights_only=True)['state_dict'], strict=False),
])
def test_all_ways_to_load_refuse_what_does_not_fit(load, change, message,
                                                   tmp_path, monkeypatch):
    warned = spy(monkeypatch, whole_weights, 'print_log')
    state = change(make_model(seed=1).state_dict())
    path = save(tmp_path / 'a.pth', state)
    if message is None:  # weights without a use only give a warning
        load(make_model(), path)
        assert warned == [
            ('TCCLIPRecognizer: 1 weights are not used: logit_scale', )
        ]
        return
    with pytest.raises(ValueError, match=message):
        load(make_model(), path)


def test_unused_weights_of_a_part_are_named_once(monkeypatch):
    warned = spy(monkeypatch, whole_weights, 'print_log')
    model = make_model()
    state = dict(model.state_dict(), **{'backbone.more': torch.ones(1)})
    model.load_state_dict(state, strict=False)
    assert warned == [
        ('TCCLIPRecognizer: 1 weights are not used: backbone.more', )
    ]
    with pytest.raises(ValueError, match='does not fit TCCLIPViT'):
        model.backbone.load_state_dict({}, strict=False)


def test_partial_weights_are_accepted_on_purpose(tmp_path, monkeypatch):
    warned = spy(monkeypatch, whole_weights, 'print_log')
    state = make_model(seed=1).state_dict()
    proj = state.pop('backbone.proj')
    model = make_model(seed=2, partial_weights=True)
    load_checkpoint(model, save(tmp_path / 'a.pth', state))
    assert not model.backbone.proj.equal(proj)
    assert model.backbone.conv1.weight.equal(state['backbone.conv1.weight'])
    assert 'does not fit TCCLIPRecognizer:\n  1 of' in warned[0][0]


@pytest.mark.parametrize('make', [make_vit, make_head])
def test_parts_in_stock_recognizers_check_themselves(make):
    part = make()
    state = part.state_dict()
    state.popitem()
    with pytest.raises(ValueError, match='1 of .* weights are missing'):
        part.load_state_dict(state, strict=False)


@pytest.mark.parametrize('key', ['load_from', 'resume'])
def test_runner_refuses_random_weights(key, tmp_path):
    path = save(tmp_path / 'a.pth', {}, message_hub={})
    config = dict(
        model=model_config(),
        work_dir=str(tmp_path),
        load_from=path,
        resume=key == 'resume',
        default_scope='mmaction',
        test_dataloader=dict(batch_size=1, dataset=[]),
        test_cfg=dict(type='TestLoop'),
        test_evaluator=dict(type='AccMetric'))
    runner = Runner.from_cfg(Config(config))
    with pytest.raises(ValueError, match='weights are missing'):
        runner.test()
