"""Recipes that mix the parts with stock ones: train and test them, small."""
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.fileio import load
from mmengine.runner import Runner

from projects.tc_clip.files import write_mp4
from tests.small import ARCH, CONFIGS, changed

MIXES = CONFIGS / 'mix'
CLIP = changed(ARCH, vision=dict(layers=2), text=dict(layers=2))
SWIN = dict(embed_dims=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2])
CONVNEXT = dict(depths=[1, 1, 1, 1], channels=[8, 8, 16, 16])
# What makes each model small. Weights are those of the initialisation.
SMALL = {
    'tcclip-vit_timesformer-head_k400':
    dict(
        backbone=dict(arch=CLIP, pretrained=None),
        cls_head=dict(in_channels=CLIP['embed_dim'])),
    'swin_tcclip-head_k400':
    dict(
        backbone=dict(arch=SWIN, pretrained=None, pretrained2d=False),
        cls_head=dict(arch=CLIP, pretrained=None, in_channels=64)),
    'mmpretrain-convnext_tcclip-head_k400':
    dict(
        backbone=dict(arch=CONVNEXT, init_cfg=None),
        cls_head=dict(arch=CLIP, pretrained=None, in_channels=16)),
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
    lines = [f'{i}.mp4 {100 * i}' for i in range(4)]
    (folder / 'list.txt').write_text('\n'.join(lines))
    return folder


def shrink(value):
    """Divides a size or pair of sizes by 7: 224 becomes 32."""
    if isinstance(value, (list, tuple)):
        return tuple(map(shrink, value))
    return value if value < 0 else value // 7


def shrink_pipeline(pipeline):
    """Makes at most 2 clips of at most 4 frames of 32 x 32 pixels."""
    for step in pipeline:
        for key in set(SIZES) & set(step):
            step[key] = shrink(step[key])
        if step['type'] == 'SampleFrames':
            step.update(
                frame_interval=1,
                clip_len=min(step['clip_len'], 4),
                num_clips=min(step['num_clips'], 2))


def small_config(name, videos, work_dir):
    """Loads a recipe and makes everything in it small, its parts excepted."""
    config = Config.fromfile(MIXES / f'{name}.py')
    for part, options in SMALL[name].items():
        config.model[part].update(options)
    for loop in ('train', 'val', 'test'):
        loader = config[f'{loop}_dataloader']
        loader.update(batch_size=2, num_workers=0, persistent_workers=False)
        loader.dataset.update(
            ann_file=str(videos / 'list.txt'),
            data_prefix=dict(video=str(videos)))
        shrink_pipeline(loader.dataset.pipeline)
    config.train_cfg.max_epochs = 1
    config.optim_wrapper.type = 'OptimWrapper'  # mixed precision needs a GPU
    config.test_evaluator = [
        config.test_evaluator,
        dict(type='DumpResults', out_file_path=f'{work_dir}/scores.pkl')
    ]
    config.visualizer = None
    config.work_dir, config.log_level = str(work_dir), 'WARNING'
    return config


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
    assert 0 <= metrics['acc/top1'] <= metrics['acc/top5'] <= 1
    scores = [sample['pred_score'] for sample in load(tmp_path / 'scores.pkl')]
    assert len(scores) == 4 and all(len(score) == 400 for score in scores)
    torch.testing.assert_close(
        torch.stack(scores).sum(1), torch.ones(4), rtol=0, atol=1e-5)
