"""Trainings that are killed, also while they write, and go on."""
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

EPOCHS = 2
# Trainings start in a process that no other test has changed, and that has
# imported what each of them needs.
PROCESSES = multiprocessing.get_context('forkserver')
PROCESSES.set_forkserver_preload(['projects.tc_clip', __name__])
# Called whenever a checkpoint or a record is written, renamed or removed.
MOMENTS = 'fsync', 'replace', 'remove'


def killed_at(moment):
    """Kills this process before its n-th change of a file."""
    left = [moment]

    def guard(function):

        def guarded(*args, **kwargs):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)

        return guarded

    for name in MOMENTS:
        setattr(os, name, guard(getattr(os, name)))
    return left


def train(config, moments=None, kill=0):
    """Trains, or goes on; to be called in a process that may be killed."""
    torch.set_num_threads(1)
    left = killed_at(kill) if kill or moments is not None else None
    Runner.from_cfg(config).train()
    if moments is not None:
        moments.put(-left[0])


def in_process(*args, seconds=None):
    """Trains in a process; returns its exit code."""
    process = PROCESSES.Process(target=train, args=args)
    process.start()
    process.join(seconds)
    if process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    return process.exitcode


@pytest.fixture
def settings(config, tmp_path):
    """Returns the config of a training in a new folder."""
    loaded = Config.fromfile(config(4))
    loaded.train_cfg.max_epochs = EPOCHS
    loaded.default_hooks.checkpoint.max_keep_ckpts = 1
    loaded.randomness = dict(seed=3)
    loaded.default_hooks.logger.interval = 1
    loaded.log_level = 'ERROR'
    loaded.resume = True

    def settings(name):
        return Config(dict(loaded, work_dir=str(tmp_path / name)))

    return settings


def outcome(config):
    """What a training leaves: last weights, best weights, their files."""
    folder = Path(config.work_dir)
    best, = folder.glob('best_*.pth')
    last = folder / f'epoch_{EPOCHS}.pth'
    # killed between the new checkpoint and the removal of the old one
    assert len([*folder.glob('epoch_*.pth')]) <= 2
    assert not [*folder.glob('.*.tmp')]
    return best.name, torch.load(best)['state_dict'], torch.load(
        last)['state_dict'], torch.load(last)['optimizer']['state']


def same(one, other):
    """Compares nested dicts of tensors bit by bit."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(
            same(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return torch.equal(one, other) if torch.is_tensor(one) else one == other


@pytest.mark.slow
def test_a_training_killed_at_any_change_of_a_file_ends_alike(settings):
    moments = PROCESSES.Queue()
    assert in_process(settings('whole'), moments) == 0
    whole, count = outcome(settings('whole')), moments.get()
    assert count > 3 * EPOCHS
    for kill in range(1, count + 1):
        config = settings(f'killed_{kill}')
        assert in_process(config, None, kill) == -signal.SIGKILL
        assert in_process(config) == 0
        assert same(outcome(config), whole), kill


@pytest.mark.slow
def test_a_training_killed_twenty_times_ends_alike(settings):
    start = time.monotonic()
    assert in_process(settings('whole')) == 0
    whole, usual = outcome(settings('whole')), time.monotonic() - start
    draw, kills, run = random.Random(0), 0, 0
    while kills < 20:
        run += 1
        config = settings(f'killed_{run}')
        while in_process(config, seconds=draw.uniform(0.1, usual)) != 0:
            kills += 1
        assert same(outcome(config), whole), run
