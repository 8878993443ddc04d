"""Fixtures: videos of a moving shape, and a model whose tokens are colours.

The conftest of a folder imports those that its tests use.
"""
import numpy as np
import pytest
import torch
from mmengine.config import Config

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.config_files import config_file
from projects.tc_clip.datasets.pipelines import with_clips
from projects.tc_clip.datasets.preparation import motion_videos
from projects.tc_clip.files import write_mp4

SIZE, PATCH, FRAMES = 64, 8, 8


@pytest.fixture(scope='session')
def moving(tmp_path_factory):
    """Encodes videos of a moving shape.

    Returns a file and the centres ``(T, 2)`` of the shape in the frames that
    a model of 8 frames sees, as shares of the picture, for each video.
    """
    folder = tmp_path_factory.mktemp('moving')
    videos = []
    for seed in range(4):
        path = folder / f'{seed}.mp4'
        motion = 'a shape moves', 2 * FRAMES
        write_mp4(
            path,
            motion_videos.motion_clip(*motion, SIZE,
                                      np.random.default_rng(seed)), 16)
        states = motion_videos.states_over_time(*motion,
                                                np.random.default_rng(seed))
        videos.append((path, states[1::2, :2]))
    return videos


@pytest.fixture(scope='session')
def config():
    """The demo's config, with patches finer than its shapes."""
    config = Config.fromfile(config_file('demo/tcclip_motion.py'))
    config.model.cls_head.class_names = ['kick', 'Überschlag']
    backbone = config.model.backbone
    backbone.arch.vision_cfg.update(image_size=SIZE, patch_size=PATCH)
    backbone.reference = dict(
        type='ContextTokens', num_tokens=4, seed_ratio=0.3)
    config.update(with_clips(config, size=SIZE))
    return config


def see_colours(tower):
    """Gives a tower weights by which tokens are the colours of patches.

    Patches are embedded by their mean colour; CLS tokens attend to what is
    like a white patch; layers after that change little.
    """
    torch.manual_seed(0)
    width = len(tower.class_embedding)
    colours = torch.randn(width, 3)
    with torch.no_grad():
        patch = colours[..., None, None] / PATCH**2
        tower.conv1.weight.copy_(patch.expand(-1, -1, PATCH, PATCH))
        tower.positional_embedding[:] = torch.randn(width)
        tower.class_embedding.copy_(colours.sum(1))
        for block in tower.transformer.resblocks:
            query_and_key = block.attn.in_proj_weight[:2 * width]
            query_and_key.copy_(torch.eye(width).repeat(2, 1) / 2)
            for layer in (block.attn.out_proj, block.mlp.c_proj):
                layer.weight.mul_(0.1)


@pytest.fixture(scope='session')
def inferencer(config):
    """TC-CLIP whose tokens are colours, 4 context tokens."""
    inferencer = TCCLIPInferencer(config)
    see_colours(inferencer.model.backbone)
    return inferencer
