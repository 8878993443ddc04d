"""Registers the package's parts; a tiny model and videos for every test."""
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope

import projects.tc_clip  # noqa: F401

TINY_CLASSES = ['run', 'jump', 'sit', 'swim']


@pytest.fixture(autouse=True)
def mmaction_scope():
    """Types in configs mean MMAction2's, as under its tools."""
    init_default_scope('mmaction')


@pytest.fixture
def encode():
    """Encodes RGB frames ``(T, H, W, 3)`` as an mp4 file."""

    def encode(path, frames):
        writer = cv2.VideoWriter(
            str(path), cv2.VideoWriter.fourcc(*'mp4v'), 10,
            frames.shape[2:0:-1])
        assert writer.isOpened()
        for frame in frames:
            writer.write(np.ascontiguousarray(frame[..., ::-1]))
        writer.release()
        return str(path)

    return encode


@pytest.fixture
def tiny_config():
    """Config of a tiny model of four classes, three layers and 8 frames."""
    root = Path(__file__).parents[1]
    config = Config.fromfile(root / 'configs/demo/tcclip_motion.py')
    config.model.cls_head.class_names = TINY_CLASSES
    return config


@pytest.fixture
def tiny_checkpoint(tiny_config, tmp_path):
    """Random weights for it, saved as training saves them."""
    torch.manual_seed(0)
    path = tmp_path / 'tiny.pth'
    torch.save(
        dict(
            state_dict=MODELS.build(tiny_config.model).state_dict(),
            meta=dict(dataset_meta=dict(classes=TINY_CLASSES[::-1]))), path)
    return str(path)


@pytest.fixture
def own_video(encode, tmp_path):
    """Three seconds, 10 frames each, that get brighter with time."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 50, (30, 64, 64, 3))
    light = np.arange(30)[:, None, None, None] * 6
    return encode(tmp_path / 'video.mp4', (noise + light).astype(np.uint8))
