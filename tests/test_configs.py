"""Every config loads; the recipes hold what the official code does."""
from pathlib import Path

import pytest
import torch
from mmaction.registry import DATASETS, HOOKS, MODELS
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper

ROOT = Path(__file__).parents[1] / 'configs'
CONFIGS = sorted(
    str(path.relative_to(ROOT)) for path in ROOT.rglob('*.py')
    if not {'_base_', 'ablations'} & {*path.parts})


@pytest.mark.parametrize('name', CONFIGS)
def test_config_loads_and_its_pipelines_build(name, tmp_path):
    config = Config.fromfile(ROOT / name)
    (tmp_path / 'list.txt').write_text('a.mp4 0\n')
    for split in ('train', 'val', 'test'):
        dataset = config[f'{split}_dataloader'].dataset
        dataset.update(ann_file=str(tmp_path / 'list.txt'))
        assert len(DATASETS.build(dataset)) == 1
    for hook in config.get('custom_hooks', []):
        HOOKS.build(hook)


def views(pipeline):
    """Returns clips and crops of a pipeline."""
    sample, = (t for t in pipeline if t.type == 'SegmentSample')
    crops = 3 if any(t.type == 'ThreeCrop' for t in pipeline) else 1
    return sample.num_frames, sample.get('num_views', 1), crops


def test_k400_is_short_and_says_the_official_recipe():
    path = ROOT / 'tcclip_k400.py'
    assert len(path.read_text().splitlines()) <= 25
    config = Config.fromfile(path)
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


def test_data_root_is_an_environment_variable(monkeypatch):
    monkeypatch.setenv('MMACTION_DATA', '/somewhere')
    config = Config.fromfile(ROOT / 'tcclip_k400.py')
    dataset = config.train_dataloader.dataset
    assert dataset.data_root == '/somewhere/kinetics400'
    assert (dataset.ann_file, dataset.data_prefix.video) == ('train.txt', '')


def test_k400_model_and_learning_rates():
    config = Config.fromfile(ROOT / 'tcclip_k400.py')
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
