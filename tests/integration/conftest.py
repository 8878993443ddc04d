"""A tiny data set and configs that MMAction2's tools train and test on."""
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config

from projects.tc_clip.files import write_mp4
from tests.small import ROOT

CONFIG = f"""
_base_ = '{ROOT}/configs/demo/tcclip_motion.py'
model = dict(cls_head=dict(class_names=['a', 'b', 'c', 'd']))
train_dataloader = dict(
    batch_size=BATCH, num_workers=0, persistent_workers=False,
    dataset=dict(ann_file='DATA/list.txt', data_prefix=dict(video='DATA')))
val_dataloader = dict(
    batch_size=2, num_workers=0, persistent_workers=False,
    dataset=dict(ann_file='DATA/list.txt', data_prefix=dict(video='DATA')))
test_dataloader = dict(
    num_workers=0, persistent_workers=False,
    dataset=dict(ann_file='DATA/list.txt', data_prefix=dict(video='DATA')))
train_cfg = dict(max_epochs=2, val_interval=1)
default_hooks = dict(checkpoint=dict(max_keep_ckpts=2))
"""
# MMAction2's own recipe on the same videos, with nothing of this project.
STOCK_CONFIG = '''
_base_ = ('mmaction::recognition/timesformer/'
          'timesformer_divST_8xb8-8x32x1-15e_kinetics400-rgb.py')
custom_imports = dict(imports=['projects.tc_clip'])
model = dict(
    backbone=dict(
        pretrained=None, img_size=32, embed_dims=24, num_heads=2,
        num_transformer_layers=2),
    cls_head=dict(num_classes=4, in_channels=24))
file_client_args = dict(io_backend='disk')
pipeline = [
    dict(type='DecordInit'),
    dict(type='SampleFrames', clip_len=8, frame_interval=1, num_clips=1,
         test_mode=True),
    dict(type='DecordDecode'),
    dict(type='Resize', scale=(32, 32), keep_ratio=False),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs')]
test_pipeline = pipeline
loader = dict(
    batch_size=4, num_workers=0, persistent_workers=False,
    dataset=dict(ann_file='DATA/list.txt', data_prefix=dict(video='DATA'),
                 pipeline=pipeline))
train_dataloader = loader
val_dataloader = loader
test_dataloader = loader
train_cfg = dict(max_epochs=1)
'''


@pytest.fixture(scope='session')
def videos(tmp_path_factory):
    """Encodes 16 videos of a square in one of four corners, with a list."""
    folder = tmp_path_factory.mktemp('videos')
    rng = np.random.default_rng(0)
    lines = []
    for i in range(16):
        label = i % 4
        x, y = 32 * (label % 2), 32 * (label // 2)
        frames = rng.integers(0, 60, (16, 64, 64, 3), dtype=np.uint8)
        frames[:, y:y + 32, x:x + 32] += 150
        write_mp4(folder / f'{i}.mp4', frames, 16)
        lines.append(f'{i}.mp4 {label}\n')
    (folder / 'list.txt').write_text(''.join(lines))
    return folder


@pytest.fixture
def config(videos, tmp_path):
    """Returns a function that writes a config for a batch size."""

    def write(batch_size=8):
        path = tmp_path / f'tiny_{batch_size}.py'
        text = CONFIG.replace('DATA', str(videos))
        path.write_text(text.replace('BATCH', str(batch_size)))
        return path

    return write


@pytest.fixture
def stock_config(videos, tmp_path):
    """Writes a config of MMAction2 whose only addition is the import."""
    path = tmp_path / 'stock.py'
    path.write_text(STOCK_CONFIG.replace('DATA', str(videos)))
    return path


@pytest.fixture
def run(tmp_path, port):
    """Returns a function that runs a command as a user would."""

    def call(*command):
        env = dict(os.environ, OMP_NUM_THREADS='1', PORT=port)
        env['PATH'] = f'{Path(sys.executable).parent}:{env["PATH"]}'
        done = subprocess.run([str(c) for c in command],
                              cwd=tmp_path,
                              env=env,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT,
                              text=True)
        assert done.returncode == 0, done.stdout[-4000:]
        return done.stdout

    return call


@pytest.fixture
def model(config):
    """A recognizer with random weights, in evaluation, and its config."""
    cfg = Config.fromfile(config())
    torch.manual_seed(0)
    model = MODELS.build(cfg.model).eval()
    model.cfg = cfg
    return model


@pytest.fixture
def weights(model, tmp_path):
    """Its checkpoint, as training saves it."""
    path = tmp_path / 'weights.pth'
    meta = dict(dataset_meta=dict(classes=['a', 'b', 'c', 'd']))
    torch.save(dict(state_dict=model.state_dict(), meta=meta), path)
    return path


@pytest.fixture
def names(tmp_path):
    """The file of class names that MMAction2's tools take."""
    path = tmp_path / 'names.txt'
    path.write_text('a\nb\nc\nd\n')
    return path
