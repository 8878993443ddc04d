"""Registers the package's parts; a tiny model and videos for every test."""
import importlib

import _checkout
import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope

import projects.tc_clip  # noqa: F401
from projects.tc_clip.files import write_mp4
from tests.exported_models import exported  # noqa: F401
from tests.hub_cache import hub  # noqa: F401
from tests.odd_videos import all_frames, odd_video, without_pyav  # noqa: F401
from tests.small import CONFIGS

TINY_CLASSES = ['run', 'jump', 'sit', 'swim']


@pytest.fixture(autouse=True)
def mmaction_scope():
    """Types in configs mean MMAction2's, as under its tools."""
    init_default_scope('mmaction')


@pytest.fixture
def run_tool(monkeypatch, capsys):
    """Runs a tool in this process, as a user types it.

    ``run_tool('predict')('a.mp4', '--top-k', 2)`` returns what it prints, with
    the attributes ``out`` and ``err``. Errors for users are SystemExit.
    """

    def run_tool(name):
        main = importlib.import_module(name).main

        def run(*args):
            command = [f'{name}.py', *map(str, args)]
            monkeypatch.setattr('sys.argv', command)
            _checkout.run_main(main)
            return capsys.readouterr()

        return run

    return run_tool


@pytest.fixture
def port(worker_id):
    """A port for processes that train together, another in each worker."""
    number = 0 if worker_id == 'master' else int(worker_id[len('gw'):])
    return str(29731 + number)


@pytest.fixture
def tiny_config():
    """Config of a tiny model of four classes, three layers and 8 frames."""
    config = Config.fromfile(CONFIGS / 'demo/tcclip_motion.py')
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
def own_video(tmp_path):
    """Three seconds, 10 frames each, that get brighter with time."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 50, (30, 64, 64, 3))
    light = np.arange(30)[:, None, None, None] * 6
    path = tmp_path / 'video.mp4'
    write_mp4(path, (noise + light).astype(np.uint8), 10)
    return str(path)
