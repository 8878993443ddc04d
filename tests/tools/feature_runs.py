"""Runs of tools/extract_features.py with a tiny model."""
import numpy as np
import pytest

from projects.tc_clip.files import write_mp4

NAMES = ['a/clip.mp4', 'a/video.mp4', 'b/clip.mp4']


@pytest.fixture
def extract(run_tool, tiny_config, tiny_checkpoint, tmp_path, monkeypatch):
    """Runs the tool with the tiny model; returns what it prints."""
    config = tmp_path / 'tiny.py'
    tiny_config.dump(config)
    monkeypatch.chdir(tmp_path)
    run = run_tool('extract_features')

    def extract(*arguments, config=config, checkpoint=tiny_checkpoint):
        return run(*arguments, '--config', config, '--checkpoint', checkpoint,
                   '--device', 'cpu')

    return extract


@pytest.fixture
def videos(tmp_path):
    """A folder of two folders of videos, two of which share a name."""
    rng = np.random.default_rng(0)
    for name in NAMES:
        path = tmp_path / 'videos' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frames = rng.integers(0, 255, (10, 64, 64, 3)).astype(np.uint8)
        write_mp4(path, frames, 10)
    return tmp_path / 'videos'
