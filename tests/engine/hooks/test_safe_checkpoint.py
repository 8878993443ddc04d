"""Checkpoints that follow each other without a gap."""
import os

import pytest
import torch
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.hooks import CheckpointHook

from projects.tc_clip.engine.hooks import SafeCheckpointHook


class Accuracies(BaseMetric):
    """Gives one accuracy after the other."""

    def __init__(self, values):
        super().__init__()
        self.values = iter(values)

    def process(self, data_batch, data_samples):
        self.results.append(0)

    def compute_metrics(self, results):
        return dict(acc=next(self.values))


class Killed(Exception):
    """Ends a training where a signal would."""


@pytest.fixture
def train(make_runner, tmp_path):
    """Trains with the hook; notes the files at each save."""
    seen = []

    def train(accuracies, resume=False, validate=None):
        runner = make_runner(f'run {len(seen)} {resume}', epochs=4)
        runner._hooks = [
            h for h in runner.hooks if not isinstance(h, CheckpointHook)
        ]
        runner.register_hook(
            SafeCheckpointHook(
                interval=1, max_keep_ckpts=1, save_best='acc', rule='greater'))
        runner._train_loop['val_interval'] = 1
        runner._val_evaluator = Evaluator([Accuracies(accuracies)])
        runner._resume = resume
        save = runner.save_checkpoint

        def noted(folder, filename, *args, **kwargs):
            names = {f for f in os.listdir(tmp_path) if f.endswith('.pth')}
            seen.append((filename, names))
            save(folder, filename, *args, **kwargs)

        runner.save_checkpoint = noted
        if validate:
            runner.val_loop.run = validate
        runner.train()

    train.seen = seen
    return train


def checkpoints(folder):
    return sorted(f.name for f in folder.glob('*.pth'))


def test_a_checkpoint_goes_when_its_successor_is_there(train, tmp_path):
    train([.2, .5, .4, .6])
    first, *later = train.seen
    assert first == ('epoch_1.pth', set())
    for name, there in later:
        kind = 'best' if name.startswith('best') else 'epoch'
        # the first best one has no predecessor
        assert name == 'best_acc_epoch_1.pth' or any(
            file.startswith(kind) for file in there), (name, there)
    assert checkpoints(tmp_path) == ['best_acc_epoch_4.pth', 'epoch_4.pth']
    assert (tmp_path / 'last_checkpoint').read_text().endswith('epoch_4.pth')
    assert (tmp_path / 'last_validation').read_text() == '4'


def test_a_validation_that_was_cut_off_is_made_up_for(train, tmp_path):

    def killed():
        raise Killed

    with pytest.raises(Killed):
        train([], validate=killed)
    assert checkpoints(tmp_path) == ['epoch_1.pth']
    train([.9, .5, .4, .6], resume=True)
    assert checkpoints(tmp_path) == ['best_acc_epoch_1.pth', 'epoch_4.pth']
    assert torch.load(tmp_path / 'best_acc_epoch_1.pth')['meta']['epoch'] == 1


def test_a_finished_training_is_not_validated_again(train, tmp_path):
    train([.2, .5, .4, .6])
    count = len(train.seen)
    train([], resume=True)
    assert len(train.seen) == count


def test_a_damaged_last_checkpoint_is_left_out(train, tmp_path):
    train([.2, .5, .4, .6])
    older = torch.load(tmp_path / 'epoch_4.pth')
    (tmp_path / 'epoch_4.pth').write_text('')
    with pytest.raises(FileNotFoundError, match='has no checkpoint that can'):
        train([], resume=True)
    older['meta'].update(epoch=3, iter=12)
    torch.save(older, tmp_path / 'epoch_3.pth')
    train([.1, .1], resume=True)
    assert torch.load(tmp_path / 'epoch_4.pth')['meta']['epoch'] == 4


def test_weights_alone_cannot_be_resumed_from(make_runner, tmp_path):
    path = tmp_path / 'weights.pth'
    torch.save(
        dict(state_dict=make_runner('one').model.state_dict(), meta={}), path)
    runner = make_runner('two', hooks=[dict(type='SafeCheckpointHook')])
    runner._load_from = str(path)
    runner.load_or_resume()
    runner._has_loaded, runner._resume = False, True
    with pytest.raises(ValueError, match='lacks message_hub, optimizer: a'):
        runner.load_or_resume()
