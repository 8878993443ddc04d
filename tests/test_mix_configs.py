"""Recipes that mix the parts with stock ones: train and test them, small."""
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.fileio import load
from mmengine.runner import Runner

from projects.tc_clip.files import write_mp4
from tests.small import ARCH, CONFIGS, changed
from tests.stock_configs import FAMILIES

MIXES = CONFIGS / 'mix'
CLIP = changed(ARCH, vision=dict(layers=2), text=dict(layers=2))
CONVNEXT = dict(depths=[1, 1, 1, 1], channels=[8, 8, 16, 16])
# What makes each model small. Weights are those of the initialisation.
SMALL = {
    'tcclip-vit_timesformer-head_k400':
    dict(
        backbone=dict(arch=CLIP, pretrained=None),
        cls_head=dict(in_channels=CLIP['embed_dim'])),
    'swin_tcclip-head_k400':
    dict(backbone=FAMILIES['Swin'][1]),
    'slowfast_tcclip-head_k400':
    dict(backbone=FAMILIES['SlowFast'][1]),
    'uniformerv2_tcclip-head_k400':
    dict(
        backbone=dict(
            FAMILIES['UniFormerV2'][1],
            input_resolution=32,
            patch_size=8,
            t_size=4)),
    'mmpretrain-convnext_tcclip-head_k400':
    dict(backbone=dict(arch=CONVNEXT, init_cfg=None)),
    'tcclip_charades':
    dict(backbone=dict(arch=CLIP, pretrained=None)),
    'message-tokens_tcclip_k400':
    dict(
        backbone=dict(arch=CLIP, pretrained=None),
        data_preprocessor=dict(blending=None)),
}
SIZES = ('scale', 'scale_range', 'crop_size', 'input_size', 'size')


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    """A folder with four videos and a list of them."""
    folder = tmp_path_factory.mktemp('videos')
    frames = np.random.default_rng(0).integers(
        256, size=(4, 8, 48, 64, 3), dtype=np.uint8)
    for i, video in enumerate(frames):
        write_mp4(folder / f'{i}.mp4', video, 8)
    lines = [f'{i}.mp4 {50 * i}' for i in range(4)]
    (folder / 'list.txt').write_text('\n'.join(lines))
    (folder / 'labels.txt').write_text('\n'.join((*lines[:3], '3.mp4 150 7')))
    return folder


def shrink(value):
    """Divides a size or pair of sizes by 7: 224 becomes 32."""
    if isinstance(value, (list, tuple)):
        return tuple(map(shrink, value))
    return value if value < 0 else value // 7


def shrink_pipeline(pipeline):
    """Makes at most 2 clips of at most 4 frames of 32 x 32 pixels."""
    for step in list(pipeline):
        if step['type'] == 'PytorchVideoWrapper':  # needs another package
            pipeline.remove(step)
        for key in set(SIZES) & set(step):
            step[key] = shrink(step[key])
        if step['type'] in ('SampleFrames', 'UniformSample'):
            step.update(
                clip_len=min(step['clip_len'], 4),
                num_clips=min(step.get('num_clips', 1), 2))
        if 'frame_interval' in step:
            step['frame_interval'] = 1


def small_config(name, videos, work_dir):
    """Loads a recipe and makes everything in it small, its parts excepted."""
    config = Config.fromfile(MIXES / f'{name}.py')
    for part, options in SMALL[name].items():
        config.model[part].update(options)
    if config.model.cls_head.type == 'TCCLIPHead':
        config.model.cls_head.update(arch=CLIP, pretrained=None)
    if name == 'tcclip_charades':
        config.model.cls_head.class_names = [f'c{i}' for i in range(157)]
    if 'tcclip_' in name:
        config.custom_hooks = []
        config.param_scheduler = None
        config.test_cfg = dict(type='TestLoop')
    for loop in ('train', 'val', 'test'):
        loader = config[f'{loop}_dataloader']
        loader.update(batch_size=2, num_workers=0, persistent_workers=False)
        loader.dataset.update(
            ann_file=str(videos / 'list.txt'),
            data_prefix=dict(video=str(videos)))
        if loader.dataset.get('multi_class'):
            loader.dataset.ann_file = str(videos / 'labels.txt')
        shrink_pipeline(loader.dataset.pipeline)
    config.train_cfg.max_epochs = 1
    config.optim_wrapper.type = 'OptimWrapper'  # mixed precision needs a GPU
    config.optim_wrapper.pop('dtype', None)
    config.test_evaluator = [
        config.test_evaluator,
        dict(type='DumpResults', out_file_path=f'{work_dir}/scores.pkl')
    ]
    config.visualizer = None
    config.work_dir, config.log_level = str(work_dir), 'WARNING'
    return config


def assert_mean_average_precision(metrics, samples):
    """Asserts that all labels of a video count, the mean over classes."""
    scores = torch.stack([sample['pred_score'] for sample in samples])
    labels = torch.stack([sample['gt_label'] for sample in samples])
    assert labels.sum(1).tolist() == [1, 1, 1, 2]
    classes = labels.any(0).nonzero().flatten()
    precisions = []
    for c in classes:
        ranked = labels[scores[:, c].argsort(descending=True), c]
        hits = ranked.cumsum(0) / torch.arange(1, 5)
        precisions.append((hits * ranked).sum() / ranked.sum())
    assert metrics['acc/mean_average_precision'] == pytest.approx(
        torch.stack(precisions).mean().item())


def test_all_recipes_are_tested():
    assert {path.stem for path in MIXES.glob('*.py')} == set(SMALL)


@pytest.mark.parametrize('name', SMALL)
def test_recipe_trains_and_tests(name, videos, tmp_path):
    torch.manual_seed(0)
    runner = Runner.from_cfg(small_config(name, videos, tmp_path))
    before = {k: v.clone() for k, v in runner.model.state_dict().items()}
    runner.train()
    losses, _ = runner.message_hub.get_scalar('train/loss').data
    assert len(losses) == 2 and np.isfinite(losses).all()
    moved = {
        key.split('.')[0]
        for key, value in runner.model.named_parameters()
        if not value.equal(before[key])
    }
    assert moved == {'backbone', 'cls_head'}

    metrics = runner.test()
    samples = load(tmp_path / 'scores.pkl')
    scores = [sample['pred_score'] for sample in samples]
    assert len(scores) == 4
    if name == 'tcclip_charades':
        assert_mean_average_precision(metrics, samples)
        return
    assert 0 <= metrics['acc/top1'] <= metrics['acc/top5'] <= 1
    assert all(len(score) == 400 for score in scores)
    torch.testing.assert_close(
        torch.stack(scores).sum(1), torch.ones(4), rtol=0, atol=1e-5)
