"""Configs of Open-VCLIP and FROSTER hold what their official code does."""
import pytest
from mmaction.registry import HOOKS, PARAM_SCHEDULERS
from mmengine.optim import build_optim_wrapper

from projects.tc_clip.engine.slowfast_cosine import slowfast_cosine
from tests.test_configs import views
from tests.test_protocol_configs import build, load

LR = 3.33e-6
# epochs, total batch
RECIPES = {
    'zero_shot/openvclip_k400.py': (22, 64),
    'zero_shot/froster_k400.py': (22, 64),
    'base_to_novel/openvclip_k400.py': (12, 64),
    'base_to_novel/openvclip_hmdb51.py': (12, 64),
    'base_to_novel/openvclip_ucf101.py': (12, 64),
    'base_to_novel/openvclip_ssv2.py': (12, 64),
    'base_to_novel/froster_k400.py': (12, 32),
    'base_to_novel/froster_hmdb51.py': (12, 32),
    'base_to_novel/froster_ucf101.py': (12, 64),
    'base_to_novel/froster_ssv2.py': (12, 32),
}


@pytest.mark.parametrize('name', RECIPES)
def test_training(name):
    """Rates, total batch, clipping and hooks."""
    epochs, total = RECIPES[name]
    config = load(name)
    assert config.train_cfg.max_epochs == epochs
    assert config.custom_hooks == [
        dict(type='TotalBatchSizeHook', total=total)
    ]
    assert config.optim_wrapper.clip_grad == dict(max_norm=1.)
    hooks = {
        key: HOOKS.build(config.default_hooks[key])
        for key in ('average', 'interpolation') if key in config.default_hooks
    }
    assert hooks['average'].begin_epoch == 2
    assert ('interpolation' in hooks) == ('openvclip' in name)
    if 'interpolation' in hooks:
        hook = hooks['interpolation']
        assert (hook.max_share, hook.loss_weight) == (0.6, 0.5)
    config.optim_wrapper.pop('dtype')
    wrapper = build_optim_wrapper(
        build(config), dict(config.optim_wrapper, type='OptimWrapper'))
    scheduler = PARAM_SCHEDULERS.build(
        dict(config.param_scheduler, end=epochs),
        default_args=dict(optimizer=wrapper, epoch_length=5))
    wrapper.optimizer._opt_called = True
    for step in range(5 * epochs):
        wanted = slowfast_cosine(step, LR, LR / 100, LR / 100, 10, 5 * epochs)
        for group in wrapper.optimizer.param_groups:
            assert group['lr'] == pytest.approx(wanted, rel=1e-9)
        scheduler.step()


@pytest.mark.parametrize('system', ['openvclip', 'froster'])
def test_vectors_are_not_decayed_and_the_scale_is(system):
    config = load(f'zero_shot/{system}_k400.py')
    model = build(config)
    config.optim_wrapper.pop('dtype')
    wrapper = build_optim_wrapper(
        model, dict(config.optim_wrapper, type='OptimWrapper'))
    decay = {
        p: group['weight_decay']
        for group in wrapper.optimizer.param_groups
        for p in group['params']
    }
    named = dict(model.named_parameters())
    trained = {name for name, p in named.items() if p in decay}
    vision = {name for name in named if name.startswith('backbone')}
    assert len(vision) == 152
    if system == 'openvclip':
        assert trained == vision | {'cls_head.logit_scale'}
    else:  # 302 of CLIP and 4 of the projectors
        assert trained == {*named} and len(named) == 306
    for name in trained:
        assert decay[named[name]] == (0.
                                      if named[name].ndim == 1 else 0.01), name
    assert named['cls_head.logit_scale'].ndim == 0


@pytest.mark.parametrize('name', RECIPES)
def test_clips_and_crops(name):
    """8 frames, 16 apart; three clips are tested."""
    config = load(name)
    assert views(config.test_pipeline) == (8, 3, 1)
    for split in ('train', 'val', 'test'):
        sampler = config[f'{split}_pipeline'][1]
        assert (sampler.type, sampler.frame_interval) == ('SampleFrames', 16)
    steps = [step.type for step in config.train_pipeline[3:-2]]
    assert steps == ['RandomRescale', 'RandomCrop',
                     'Flip'][:2 if 'ssv2' in name else 3]
    resize, crop = config.test_pipeline[3:5]
    assert (resize.scale, crop.crop_size) == ((-1, 224), 224)
    assert config.model.cls_head.average_clips == 'score'


@pytest.mark.parametrize('name', RECIPES)
def test_names_and_tests(name):
    config = load(name)
    froster = 'froster' in name
    assert config.test_cfg.method == ('FROSTER' if froster else 'Open-VCLIP')
    assert config.test_cfg.get('rephrased', False) == froster
    folder = 'labels/llm' if froster else 'labels'
    kind = 'json' if froster else 'csv'
    split = '' if name.startswith('zero_shot') else '_{split}'
    assert config.test_cfg.label_file.endswith(
        f'{folder}/{{labels}}{split}.{kind}')
    shares = config.test_cfg.get('clip_shares', (0., ))
    mixed = name == 'zero_shot/openvclip_k400.py'
    assert tuple(shares) == ((0., 0.5) if mixed else (0., ))
    head = config.model.cls_head
    assert head.templates == ('froster' if froster else 'open_vclip')
    assert not head.split_underscores and 'split_camel_case' not in head
