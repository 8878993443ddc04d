"""Configs of OST and MAXI hold what their official code does."""
from pathlib import Path

import pytest
from mmaction.registry import HOOKS
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper

from projects.tc_clip.models import load_class_names
from tests.small import CONFIGS
from tests.test_configs import views
from tests.test_protocol_configs import build

# rate, epochs, warm-up, total batch; frames, clips, crops; shares of CLIP
RECIPES = {
    'ost_k400.py': (2.2e-5, 30, 5, 512, (16, 1, 1), (0., )),
    'zero_shot/ost_k400.py': (8e-6, 10, 5, 256, (32, 1, 1), (0., 0.2)),
    'few_shot/ost_hmdb51.py': (5e-6, 50, 5, 64, (32, 2, 1), (0., )),
    'few_shot/ost_ucf101.py': (5e-6, 50, 5, 64, (32, 2, 1), (0., )),
    'few_shot/ost_ssv2.py': (5e-6, 50, 5, 64, (32, 2, 1), (0., )),
    'zero_shot/maxi_k400.py': (5e-6, 10, 5, 256, (16, 1, 1), (0., 0.2)),
}
KINDS = 'spatial', 'temporal'


def load(name):
    """Loads a config; descriptors, which are not ours, are made up."""
    config = Config.fromfile(CONFIGS / name)
    head = config.model.cls_head
    if 'descriptors' in head:
        names = Path(head.class_names)
        count = len(load_class_names(names))
        for kind in KINDS:
            path = names.parent / f'llm/{names.stem}_{kind}.json'
            assert Path(head.descriptors[kind]) == path
        head.descriptors = {kind: [[kind]] * count for kind in KINDS}
    return config


@pytest.mark.parametrize('name', RECIPES)
def test_recipe(name):
    config = load(name)
    lr, epochs, warmup, total, tested, shares = RECIPES[name]
    optimizer = config.optim_wrapper.optimizer
    assert (optimizer.lr, optimizer.weight_decay) == (lr, 1e-3)
    assert (config.train_cfg.max_epochs,
            config.param_scheduler.warmup) == (epochs, warmup)
    assert config.custom_hooks == [
        dict(type='TotalBatchSizeHook', total=total)
    ]
    assert views(config.test_pipeline) == tested
    assert config.test_dataloader.dataset.pipeline == config.test_pipeline
    assert config.train_pipeline[1].clip_len == tested[0]
    assert tuple(config.test_cfg.get('clip_shares', (0., ))) == shares
    assert config.test_cfg.method == ('MAXI' if 'maxi' in name else 'OST')
    assert config.model.data_preprocessor.blending is None
    flips = 'Flip' in [step.type for step in config.train_pipeline]
    assert flips == ('ssv2' not in name)


@pytest.mark.parametrize('name, trained, frozen', [
    ('zero_shot/ost_k400.py', 302, 0),
    ('zero_shot/maxi_k400.py', 301, 1),
])
def test_what_is_trained_and_how(name, trained, frozen):
    config = load(name)
    model = build(config)
    learns = [p.requires_grad for p in model.parameters()]
    assert (sum(learns), len(learns) - sum(learns)) == (trained, frozen)
    config.optim_wrapper.pop('dtype')
    groups = build_optim_wrapper(
        model, dict(config.optim_wrapper,
                    type='OptimWrapper')).optimizer.param_groups
    # one rate, and decay on everything
    assert {(g['lr'], g['weight_decay'])
            for g in groups} == {(RECIPES[name][0], 1e-3)}


def test_descriptors_of_the_tested_lists():
    config = load('zero_shot/ost_k400.py')
    for kind in KINDS:
        assert config.test_cfg.descriptor_files[kind].endswith(
            f'labels/llm/{{labels}}_{kind}.json')
    assert 'descriptor_files' not in load('few_shot/ost_ssv2.py').test_cfg


def test_bags_of_maxi():
    config = load('zero_shot/maxi_k400.py')
    bag, pack = config.train_dataloader.dataset.pipeline[-2:]
    assert (bag.type, bag.bag_size) == ('AddTextBag', 16)
    assert bag.class_names == config.model.cls_head.class_names
    assert 'text_bag' in pack.meta_keys
    assert config.train_dataloader.dataset.ann_file == 'train_maxi.txt'
    assert config.val_dataloader.dataset.ann_file == 'val.txt'
    assert config.model.cls_head.init_scale == 50
    clamp = HOOKS.build(config.default_hooks.clamp)
    assert clamp.limit == pytest.approx(6.907755)
    assert 'checkpoint' in config.default_hooks
