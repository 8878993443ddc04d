"""Every config loads; the recipes hold what the official code does."""
import numpy as np
import open_clip
import pytest
import torch
from mmaction.registry import DATASETS, HOOKS, MODELS
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper

from projects.tc_clip.datasets.pipelines import clip_size
from projects.tc_clip.files import write_mp4
from tests.small import CONFIGS

FILES = sorted(
    str(path.relative_to(CONFIGS)) for path in CONFIGS.rglob('*.py')
    if not {'_base_', 'ablations'} & {*path.parts})


@pytest.fixture(scope='module')
def read(tmp_path_factory):
    """Returns a function that reads a video as a data set does.

    The video has 9 frames of 80 x 60 pixels and label 3. Many configs share a
    data set, which is read once.
    """
    folder = tmp_path_factory.mktemp('video')
    frames = [np.full((60, 80, 3), 10 * i, np.uint8) for i in range(9)]
    write_mp4(folder / 'a.mp4', frames, 8)
    (folder / 'list.txt').write_text('a.mp4 3\n')
    samples = {}

    def first_sample(dataset):
        dataset.update(
            data_root=None,
            data_prefix=dict(video=str(folder)),
            ann_file=str(folder / 'list.txt'))
        key = str(dataset)
        if key not in samples:
            samples[key] = DATASETS.build(dataset)[0]
        return samples[key]

    return first_sample


def clip_shape(model):
    """Returns frames, height and width of clips."""
    arch = model.backbone.arch
    if isinstance(arch, str):
        arch = open_clip.get_model_config(arch)
    size = arch['vision_cfg']['image_size']
    return model.backbone.num_frames, size, size


def without_scope(pipeline):
    """Returns the steps without the mark of those of MMAction2's configs."""
    return [{k: step[k] for k in step if k != '_scope_'} for step in pipeline]


@pytest.mark.parametrize('name', FILES)
def test_pipelines_make_the_clips_that_the_model_expects(name, read):
    config = Config.fromfile(CONFIGS / name)
    # tests/test_mix_configs.py runs MMAction2's pipelines
    is_stock = name.startswith('mix/')
    shape = None if is_stock else clip_shape(config.model)
    for split in ('train', 'val', 'test'):
        dataset = config[f'{split}_dataloader'].dataset
        # stock tools read them by these names
        assert without_scope(config[f'{split}_pipeline']) == without_scope(
            dataset.pipeline), split
        if is_stock:
            continue
        for step in dataset.pipeline:
            if step.type == 'AddTextBag':  # its words are not ours
                names = [*map(str, range(400))]
                step.update(
                    class_names=names,
                    class_words=[[]] * 400,
                    video_words=None)
        label = [3]
        if dataset.get('multi_class'):  # 0 or 1 for each class
            dataset.class_names, label = list('abcd'), [0, 0, 0, 1]
        sample = read(dataset)
        assert sample['inputs'].shape[-len(shape):] == shape, split
        assert sample['data_samples'].gt_label.tolist() == label
    for hook in config.get('custom_hooks', []):
        HOOKS.build(hook)


def views(pipeline):
    """Returns clips and crops of a pipeline."""
    sample, = (t for t in pipeline if t.type == 'SampleFrames')
    crops = 3 if any(t.type == 'ThreeCrop' for t in pipeline) else 1
    return sample.clip_len, sample.get('num_clips', 1), crops


def test_k400_says_the_official_recipe():
    config = Config.fromfile(CONFIGS / 'tcclip_k400.py')
    assert config.train_cfg.max_epochs == 30
    assert config.param_scheduler.warmup == 5
    assert config.custom_hooks[0].total == 512
    assert views(config.train_dataloader.dataset.pipeline) == (16, 1, 1)
    assert views(config.val_dataloader.dataset.pipeline) == (16, 1, 1)
    assert views(config.test_dataloader.dataset.pipeline) == (16, 4, 3)
    assert config.model.cls_head.label_smooth_eps == 0.1
    # ImageNet's, not CLIP's
    assert config.model.data_preprocessor.mean == [123.675, 116.28, 103.53]
    assert config.model.data_preprocessor.std == [58.395, 57.12, 57.375]


@pytest.mark.parametrize('name', [n for n in FILES if 'mix' not in n])
def test_the_learning_rate_belongs_to_the_total_batch(name):
    config = Config.fromfile(CONFIGS / name)
    if 'custom_hooks' in config:
        total = config.custom_hooks[0].total
    else:
        total = config.train_dataloader.batch_size
    assert config.auto_scale_lr == dict(enable=False, base_batch_size=total)


def test_data_root_is_an_environment_variable(monkeypatch):
    monkeypatch.setenv('MMACTION_DATA', '/somewhere')
    config = Config.fromfile(CONFIGS / 'tcclip_k400.py')
    dataset = config.train_dataloader.dataset
    assert dataset.data_root == '/somewhere/kinetics400'
    assert (dataset.ann_file, dataset.data_prefix.video) == ('train.txt', '')


def test_k400_model_and_learning_rates():
    config = Config.fromfile(CONFIGS / 'tcclip_k400.py')
    model = MODELS.build(config.model)
    assert model.cls_head.num_classes == 400
    blending = model.data_preprocessor.blending
    assert [a.num_classes for a in blending.augments[:2]] == [400, 400]
    blocks = model.backbone.transformer.resblocks
    assert len(blocks) == 12
    # The activation of OpenAI's weights, also when tools drop `pretrained`.
    assert type(blocks[0].mlp.gelu).__name__ == 'QuickGELU'
    config.optim_wrapper.pop('dtype')
    wrapper = build_optim_wrapper(
        model, dict(config.optim_wrapper, type='OptimWrapper'))
    assert isinstance(wrapper.optimizer, torch.optim.AdamW)
    rates = {}
    names = {id(p): name for name, p in model.named_parameters()}
    for group in wrapper.optimizer.param_groups:
        assert group['weight_decay'] == 1e-3
        assert group['betas'] == (0.9, 0.98)
        for p in group['params']:
            rates[names[id(p)]] = group['lr']
    fast = ('cls_head.prompt_vectors', 'cls_head.prompting.')
    for name, rate in rates.items():
        times = 10 if name.startswith(fast) else 1
        assert rate == pytest.approx(2.2e-5 * times), name
    frozen = set(names.values()) - set(rates)
    assert frozen == {'cls_head.text_encoder.token_embedding.weight'}


@pytest.mark.parametrize('name, frames, size, widths', [
    ('tcclip_32f_k400.py', 32, 224, (768, 512)),
    ('tcclip_vit-l14-336_k400.py', 16, 336, (1024, 768)),
])
def test_variants_of_k400_differ_in_clips_and_model_only(
        name, frames, size, widths):
    base, config = (
        Config.fromfile(CONFIGS / n) for n in ('tcclip_k400.py', name))
    for split in ('train', 'val', 'test'):
        old, new = (
            c[f'{split}_dataloader'].dataset.pipeline for c in (base, config))
        assert [step.type for step in new] == [step.type for step in old]
        assert views(new) == (frames, *views(old)[1:])
        assert clip_size(new) == size
        short_sides = [
            next(step.scale[1] for step in pipeline if step.type == 'Resize')
            for pipeline in (old, new)
        ]
        assert short_sides[1] * 224 == short_sides[0] * size
    for key in ('train_cfg', 'optim_wrapper', 'param_scheduler',
                'custom_hooks', 'default_hooks'):
        assert config[key] == base[key], key
    # the paper's figures are not those of a variant
    assert config.test_cfg.pop('method').startswith('TC-CLIP (')
    assert config.test_cfg == base.test_cfg
    assert config.custom_hooks[0].total % config.train_dataloader.batch_size \
        == 0
    config.model.backbone.pretrained = None
    config.model.data_preprocessor.blending = None  # no meta tensors
    with torch.device('meta'):
        model = MODELS.build(config.model)
    assert model.backbone.image_size == (size, size)
    text = model.cls_head.text_encoder.token_embedding.weight
    assert (model.backbone.class_embedding.shape[0], text.shape[1]) == widths
