"""The protocols' configs hold what the paper and the official code do."""
from pathlib import Path

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS, PARAM_SCHEDULERS
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.runner import EpochBasedTrainLoop
from mmengine.runner.utils import calc_dynamic_intervals

from tests.small import CONFIGS, DATA
from tests.test_configs import views

CURVES = DATA / 'lr_curve.npz'
CURVE_LR, CURVE_EPOCH = 8e-6, 20
# learning rate, epochs, warm-up epochs, total batch; 1e-3 decays everything
RECIPES = {
    'tcclip_k400.py': (2.2e-5, 30, 5, 512),
    'zero_shot/tcclip_k400.py': (8e-6, 10, 5, 256),
    'zero_shot/tcclip_k400_llm.py': (8e-6, 10, 5, 256),
    'zero_shot/tcclip_k400_tiny.py': (8e-6, 10, 5, 256),
    'few_shot/tcclip_hmdb51.py': (2e-6, 50, 5, 64),
    'few_shot/tcclip_hmdb51_llm.py': (2e-6, 50, 5, 64),
    'few_shot/tcclip_hmdb51_from_k400.py': (2e-6, 50, 5, 64),
    'few_shot/tcclip_ucf101.py': (2e-6, 50, 5, 64),
    'few_shot/tcclip_ucf101_llm.py': (2e-6, 50, 5, 64),
    'few_shot/tcclip_ucf101_from_k400.py': (2e-6, 50, 5, 64),
    'few_shot/tcclip_ssv2.py': (2e-6, 50, 5, 64),
    'few_shot/tcclip_ssv2_from_k400.py': (2e-6, 50, 5, 64),
    'base_to_novel/tcclip_k400.py': (3.33e-6, 12, 2, 64),
    'base_to_novel/tcclip_k400_llm.py': (3.33e-6, 12, 2, 64),
    'base_to_novel/tcclip_hmdb51.py': (3.33e-6, 12, 2, 64),
    'base_to_novel/tcclip_hmdb51_from_k400.py': (3.33e-6, 12, 2, 64),
    'base_to_novel/tcclip_hmdb51_llm.py': (3.33e-6, 12, 2, 64),
    'base_to_novel/tcclip_ucf101.py': (3.33e-6, 12, 2, 64),
    'base_to_novel/tcclip_ucf101_from_k400.py': (3.33e-6, 12, 2, 64),
    'base_to_novel/tcclip_ucf101_llm.py': (3.33e-6, 12, 2, 64),
    'base_to_novel/tcclip_ssv2.py': (3.33e-6, 12, 2, 64),
    'base_to_novel/tcclip_ssv2_from_k400.py': (3.33e-6, 12, 2, 64),
}
CLASSES = dict(hmdb51=51, ucf101=101, ssv2=174, kinetics400=400)


def load(name):
    """Loads a config; rephrased names, which are not ours, are made up."""
    config = Config.fromfile(CONFIGS / name)
    head = config.model.cls_head
    if 'llm' in head.class_names:
        csv = head.class_names.replace('/llm/', '/').replace('.json', '.csv')
        assert head.class_names.endswith('.json') and Path(csv).is_file()
        head.class_names = csv
    return config


def build(config):
    """Builds a model at full size, without memory for its weights."""
    config.model.backbone.pretrained = None
    config.model.data_preprocessor.blending = None  # no meta tensors
    with torch.device('meta'):
        return MODELS.build(config.model)


def test_every_protocol_config_has_a_recipe():
    folders = 'zero_shot', 'few_shot', 'base_to_novel'
    names = {
        str(path.relative_to(CONFIGS))
        for folder in folders
        for path in (CONFIGS / folder).glob('tcclip_*.py')
    }
    assert names == set(RECIPES) - {'tcclip_k400.py'}


@pytest.mark.parametrize('name', RECIPES)
def test_rate_and_decay_of_every_parameter_in_every_epoch(name):
    lr, epochs, warmup, total = RECIPES[name]
    config = load(name)
    assert config.train_cfg.max_epochs == epochs
    hook, = (h for h in config.custom_hooks if h.type == 'TotalBatchSizeHook')
    assert hook.total == total
    model = build(config)
    config.optim_wrapper.pop('dtype')
    wrapper = build_optim_wrapper(
        model, dict(config.optim_wrapper, type='OptimWrapper'))
    scheduler = PARAM_SCHEDULERS.build(
        dict(config.param_scheduler, end=epochs),
        default_args=dict(optimizer=wrapper, epoch_length=CURVE_EPOCH))
    fast = {
        id(p)
        for key, p in model.named_parameters()
        if key.startswith(('cls_head.prompt_vectors', 'cls_head.prompting.'))
    }
    groups = [(group, any(id(p) in fast for p in group['params']))
              for group in wrapper.optimizer.param_groups]
    with np.load(CURVES) as curves:
        used = curves[f'used_{epochs}_{warmup}'] * lr / CURVE_LR
        used_x10 = curves[f'used_x10_{epochs}_{warmup}'] * lr / CURVE_LR
    # The official code sets a rate after the step, so each is used one late.
    for step in range(epochs * CURVE_EPOCH):
        if step % CURVE_EPOCH == 0:
            for group, is_fast in groups:
                wanted = (used_x10 if is_fast else used)[step]
                assert group['lr'] == pytest.approx(wanted, rel=1e-6), step
                assert group['weight_decay'] == 1e-3
        wrapper.optimizer._opt_called = True
        scheduler.step()
    assert {id(p)
            for g, _ in groups
            for p in g['params']
            } == {id(p)
                  for p in model.parameters() if p.requires_grad}


@pytest.mark.parametrize('name', sorted(set(RECIPES) - {'tcclip_k400.py'}))
def test_two_clips_of_sixteen_frames_are_tested(name):
    config = load(name)
    assert views(config.test_dataloader.dataset.pipeline) == (16, 2, 1)
    if 'k400' not in name or 'from_k400' in name or 'novel' in name:
        assert views(config.val_dataloader.dataset.pipeline) == (16, 2, 1)


@pytest.mark.parametrize('name', RECIPES)
def test_epochs_that_are_validated_and_the_best_is_kept(name):
    """Few-shot has six of them, so that the best is one of six."""
    config = load(name)
    assert config.default_hooks.checkpoint.save_best == 'auto'
    loop = object.__new__(EpochBasedTrainLoop)
    settings = config.train_cfg
    loop.dynamic_milestones, loop.dynamic_intervals = calc_dynamic_intervals(
        settings.get('val_interval', 1), settings.get('dynamic_intervals'))
    validated = []
    for loop._epoch in range(1, settings.max_epochs + 1):
        loop._decide_current_val_interval()
        last = loop._epoch == settings.max_epochs
        if last or loop._epoch % loop.val_interval == 0:
            validated.append(loop._epoch)
    few_shot = name.startswith('few_shot')
    assert validated == ([1, 11, 21, 31, 41, 50]
                         if few_shot else [*range(1, settings.max_epochs + 1)])


@pytest.mark.parametrize('name', RECIPES)
def test_only_something_something_is_not_flipped(name):
    pipeline = load(name).train_dataloader.dataset.pipeline
    flips = any(step.type == 'Flip' for step in pipeline)
    assert flips == ('ssv2' not in name) and len(pipeline) >= 10


def test_names_of_ucf_and_of_zero_shot_are_split_at_capitals():
    """Rephrased names too, as in the official code: 'GPS' is 'G P S'."""
    for name in RECIPES:
        split = load(name).model.cls_head.get('split_camel_case', False)
        assert split == ('ucf101' in name
                         or name.startswith('zero_shot')), name


BASELINES = sorted(
    str(path.relative_to(CONFIGS)) for path in CONFIGS.rglob('v*clip*.py')
    if not {'_base_', 'demo'} & {*path.parts} and 'vitaclip' not in path.name)


@pytest.mark.parametrize('name', BASELINES)
def test_baselines_share_recipe_and_data(name):
    ours = load(
        name.replace('vificlip',
                     'tcclip').replace('zero_shot/vanilla_clip',
                                       'zero_shot/tcclip_k400').replace(
                                           'vanilla_clip', 'tcclip'))
    config = load(name)
    for key in set(ours) | set(config):
        if key not in ('model', 'test_cfg', 'work_dir'):
            assert config[key] == ours[key], key
    assert config.test_cfg.method != ours.test_cfg.get('method', 'TC-CLIP')
    model = build(config)
    assert type(model.backbone.reference).__name__ == 'FrameWise'
    added = [
        key for key, _ in model.named_parameters()
        if 'prompt' in key or 'bias_table' in key or 'local_global' in key
    ]
    assert not added
    prefix = model.cls_head.prompts.num_positions
    assert prefix == (1 if 'vanilla' in name else 5)  # SOS, a photo of a


@pytest.mark.parametrize('protocol', ['few_shot', 'base_to_novel'])
@pytest.mark.parametrize('data_set', ['hmdb51', 'ucf101', 'ssv2'])
def test_training_from_kinetics_differs_only_in_its_start(
        protocol, data_set, monkeypatch):
    monkeypatch.setenv('CHECKPOINT', 'best.pth')
    plain = load(f'{protocol}/tcclip_{data_set}.py')
    config = load(f'{protocol}/tcclip_{data_set}_from_k400.py')
    assert config.load_from == 'best.pth' and plain.load_from is None
    assert config.test_cfg.method == 'TC-CLIP from K400'
    for key in set(plain) | set(config):
        if key not in ('load_from', 'test_cfg', 'work_dir'):
            assert config[key] == plain[key], key


def test_k400_tiny_differs_only_in_its_list():
    plain = load('zero_shot/tcclip_k400.py')
    config = load('zero_shot/tcclip_k400_tiny.py')
    assert config.train_dataloader.dataset.ann_file == 'train_tiny.txt'
    config.train_dataloader.dataset.ann_file = 'train.txt'
    assert config.test_cfg.pop('method') == 'TC-CLIP from K400-tiny'
    config.work_dir = plain.work_dir
    assert dict(config) == dict(plain)


@pytest.mark.parametrize('environment', [{}, dict(SHOTS='2', LIST_SEED='3')])
def test_every_run_has_a_folder_named_after_its_config(monkeypatch,
                                                       environment):
    for variable in ('SHOTS', 'LIST_SEED'):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    suffixes = dict(
        zero_shot='',
        few_shot=f'_{environment.get("SHOTS", 16)}shot',
        base_to_novel=f'_list{environment.get("LIST_SEED", 1)}')
    for folder, suffix in suffixes.items():
        for path in (CONFIGS / folder).glob('*.py'):
            work_dir = Config.fromfile(path).work_dir
            assert work_dir == f'work_dirs/{folder}/{path.stem}{suffix}'


@pytest.mark.parametrize('name', ['k400', 'hmdb51', 'ucf101', 'ssv2'])
def test_names_of_a_data_set_belong_together(name, monkeypatch):
    monkeypatch.setenv('MMACTION_DATA', '/d')
    facts = Config.fromfile(CONFIGS / f'_base_/datasets/{name}.py')[name]
    names = Path(facts.class_texts.class_names)
    assert facts.data_root == f'/d/{facts.test_set.folder}'
    assert names.name == f'{facts.test_set.labels}.csv'
    rows = names.read_text().splitlines()
    assert len(rows) == CLASSES[facts.test_set.folder]


def test_shots_and_seeds_come_from_the_environment(monkeypatch):
    monkeypatch.setenv('SHOTS', '4')
    monkeypatch.setenv('LIST_SEED', '2')
    monkeypatch.setenv('MMACTION_DATA', '/d')
    config = load('few_shot/tcclip_ssv2.py')
    dataset = config.train_dataloader.dataset
    assert (dataset.data_root, dataset.ann_file) == ('/d/ssv2',
                                                     'train_4shot.txt')
    assert config.test_dataloader.dataset.ann_file == 'val.txt'
    assert config.test_cfg.facts.shots == 4
    config = load('base_to_novel/tcclip_hmdb51.py')
    dataset = config.train_dataloader.dataset
    assert dataset.ann_file == 'base_to_novel/train_seed2.txt'
    assert config.test_cfg.facts.list_seed == 2


def test_zero_shot_tests_nine_lists_with_and_without_clip():
    for suffix, kind in (('', 'labels/{labels}.csv'),
                         ('_llm', 'labels/llm/{labels}.json')):
        config = load(f'zero_shot/tcclip_k400{suffix}.py')
        test = config.test_cfg
        assert test.label_file.endswith(kind)
        assert list(test.clip_shares) == [0, 0.3]
        lists = [(s.data_set, s.split, s.folder, s.ann_file, s.labels)
                 for s in test.test_sets]
        assert len(lists) == 9
        assert lists[4] == ('UCF-101', '2', 'ucf101', 'val_split2.txt',
                            'ucf_101')
        assert lists[8] == ('K600', '3', 'kinetics600', 'val_split3.txt',
                            'kinetics_600_split3')


@pytest.mark.parametrize('name', ['k400', 'hmdb51', 'ucf101', 'ssv2'])
def test_base_to_novel_tests_both_halves(name):
    config = load(f'base_to_novel/tcclip_{name}.py')
    common, (base, novel) = config.test_cfg.common, config.test_cfg.test_sets
    assert (base.split, novel.split) == ('base', 'novel')
    counts = []
    for test_set in (base, novel):
        assert test_set.ann_file == f'base_to_novel/val_{test_set.split}.txt'
        path = config.test_cfg.label_file.format(**common, **test_set)
        counts.append(len(Path(path).read_text().splitlines()))
    names = config.model.cls_head.class_names
    assert names.endswith(f'{common.labels}_base.csv')
    folder = Path(config.train_dataloader.dataset.data_root).name
    assert sum(counts) == CLASSES[folder] and common.folder == folder
