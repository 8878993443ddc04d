"""Which runner trains and tests, and hooks that do not fit."""
import logging

import pytest
from mmaction.registry import RUNNERS
from mmengine.config import ConfigDict
from mmengine.runner import FlexibleRunner, Runner

from projects.tc_clip.engine.sharding import sharded_runner
from projects.tc_clip.engine.sharding.sharded_runner import ShardedTraining


class Built:
    """A runner that returns its name and does nothing."""

    def __init__(self, name):
        self.name = name

    def train(self):
        return f'{self.name} trains'

    def test(self):
        return f'{self.name} tests'


@pytest.mark.parametrize('launcher, trains', [('none', 'whole trains'),
                                              ('pytorch', 'parts trains')])
def test_several_processes_train_parts_and_test_the_whole(
        monkeypatch, launcher, trains):
    for kind, name in ((Runner, 'whole'), (ShardedTraining, 'parts')):
        monkeypatch.setattr(kind, 'from_cfg',
                            classmethod(lambda cls, cfg, n=name: Built(n)))
    logged = []
    monkeypatch.setattr(sharded_runner, 'print_log',
                        lambda text, **options: logged.append(options))
    runner = RUNNERS.build(
        ConfigDict(runner_type='ShardedRunner', launcher=launcher))
    assert runner.train() == trains
    assert runner.test() == 'whole tests'
    levels = [options['level'] for options in logged]
    assert levels == [logging.WARNING] * (launcher == 'none')


@pytest.mark.parametrize('hook, reason', [
    (dict(type='EMAHook'), 'averages whole weights'),
    (dict(type='EpochAverageHook'), 'averages whole weights'),
    (dict(type='InterpolatedWeightsHook'), 'moves whole weights'),
    (dict(type='FinalTestHook'), 'tools/test.py CONFIG best'),
])
def test_hooks_that_need_whole_weights_are_refused(hook, reason):
    training = ShardedTraining.__new__(ShardedTraining)
    training._hooks = []
    with pytest.raises(ValueError, match=reason):
        training.register_hook(hook)


def test_other_hooks_are_registered():
    training = ShardedTraining.__new__(ShardedTraining)
    training._hooks = []
    training.register_hook(dict(type='TotalBatchSizeHook', total=8))
    training.register_hook(dict(type='FiniteLossHook'))
    assert [type(hook).__name__ for hook in training.hooks
            ] == ['FiniteLossHook', 'TotalBatchSizeHook']


def test_a_checkpoint_has_the_stated_epoch(monkeypatch):
    """FlexibleRunner would write the epoch after the present one."""
    training, saved = ShardedTraining.__new__(ShardedTraining), {}
    training._hooks = []

    def save(self, out_dir, filename, meta=None):
        checkpoint = dict(meta=dict(meta, epoch=3, iter=8))
        self.call_hook('before_save_checkpoint', checkpoint=checkpoint)
        saved.update(checkpoint['meta'])

    monkeypatch.setattr(FlexibleRunner, 'save_checkpoint', save)
    training.save_checkpoint('work', 'c.pth', meta=dict(epoch=2, iter=7))
    assert saved == dict(epoch=2, iter=7)


def test_the_option_that_a_hook_reads_is_there():
    training = ShardedTraining.__new__(ShardedTraining)
    training._auto_scale_lr = dict(enable=True)
    assert training.auto_scale_lr == dict(enable=True)
