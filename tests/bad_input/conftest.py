"""A tiny model, two videos, and a way to run tools as users do."""
import importlib
import io
import logging
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

import _checkout
import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.registry import init_default_scope

from projects.tc_clip.files import write_mp4
from tests.small import ROOT

CLASSES = ['run', 'jump', 'sit', 'swim']
CONFIG = f"""
_base_ = '{ROOT}/configs/demo/tcclip_motion.py'
model = dict(cls_head=dict(class_names={CLASSES}))
loader = dict(
    num_workers=0, persistent_workers=False,
    dataset=dict(data_root='', ann_file='FOLDER/list.txt',
                 data_prefix=dict(video='FOLDER')))
train_dataloader = dict(batch_size=1, **loader)
val_dataloader = loader
test_dataloader = loader
train_cfg = dict(max_epochs=2)
"""


class Tiny(NamedTuple):
    """Files of a small model.

    Attributes:
        folder: where all files are.
        config: its config.
        weights: its checkpoint.
        video: an intact video; the list of the config has two.
    """
    folder: str
    config: str
    weights: str
    video: str


@pytest.fixture(scope='module')
def tiny(tmp_path_factory):
    """Writes the files of a small model."""
    init_default_scope('mmaction')
    folder = tmp_path_factory.mktemp('tiny')
    config = folder / 'tiny.py'
    config.write_text(CONFIG.replace('FOLDER', str(folder)))
    rng = np.random.default_rng(0)
    for name in 'ab':
        frames = rng.integers(256, size=(16, 48, 64, 3), dtype=np.uint8)
        write_mp4(folder / f'{name}.mp4', frames, 10)
    (folder / 'list.txt').write_text('a.mp4 0\nb.mp4 1\n')
    torch.manual_seed(0)
    state = MODELS.build(Config.fromfile(config).model).state_dict()
    meta = dict(dataset_meta=dict(classes=CLASSES))
    torch.save(dict(state_dict=state, meta=meta), folder / 'tiny.pth')
    return Tiny(
        str(folder), str(config), str(folder / 'tiny.pth'),
        str(folder / 'a.mp4'))


def run_tool(tool, *args):
    """Runs a tool as users do.

    Args:
        tool: its name.
        *args: its command line.

    Returns:
        All that it says, and at the end the text that it ends with.
    """
    said, end = io.StringIO(), ''
    handler = logging.StreamHandler(said)
    # the logger of this process writes where pytest first was
    logger = MMLogger.get_current_instance()
    logger.addHandler(handler)
    try:
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(
                said), redirect_stderr(said):
            patch.setattr('sys.argv', [f'{tool}.py', *map(str, args)])
            if tool in ('train', 'test'):
                _checkout.run_tool(f'{tool}.py')
            else:
                _checkout.run_main(importlib.import_module(tool).main)
    except SystemExit as stop:
        end = f'{stop.code}'
    finally:
        logger.removeHandler(handler)
    return f'{said.getvalue()}{end}'


@pytest.fixture
def predict(tiny):
    """Runs tools/predict.py with the tiny model."""

    def predict(*args, checkpoint=tiny.weights):
        return run_tool('predict', tiny.video, '--config', tiny.config,
                        '--checkpoint', checkpoint, *args)

    return predict
