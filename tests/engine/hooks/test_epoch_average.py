"""Means of the weights at the ends of epochs."""
import numpy as np
import pytest
import torch
from torch import nn

from projects.tc_clip.engine.hooks import EpochAverageHook
from tests.small import DATA

AVERAGE = dict(type='EpochAverageHook', begin_epoch=2)


class Tensors(nn.Module):
    """Holds the weights of a checkpoint, whose names may have dots."""

    def __init__(self, state):
        super().__init__()
        self.names = sorted(state)
        self.values = nn.ParameterList(state[name] for name in self.names)

    def set(self, state):
        for name, value in zip(self.names, self.values):
            value.data = torch.tensor(state[name])


@pytest.mark.parametrize('system', ['openvclip', 'froster'])
def test_mean_is_the_official_one(system):
    """Over the files of the epochs 2 to 5; there is no teacher in ours."""
    with np.load(DATA / 'oracle/swa.npz') as arrays:
        arrays = dict(arrays)
    prefix = f'{system}.mean.'
    wanted = {
        key[len(prefix):]: torch.tensor(value)
        for key, value in arrays.items() if key.startswith(prefix)
    }
    assert len(wanted) == (4 if system == 'froster' else 3)
    model = Tensors({key: torch.zeros(x.shape) for key, x in wanted.items()})
    hook = EpochAverageHook()
    runner = type('Runner', (), dict(model=model))
    hook.before_run(runner)
    for runner.epoch in range(5):
        model.set({
            key: arrays[f'epoch{runner.epoch + 1}.{key}']
            for key in model.names
        })
        hook.after_train_iter(runner, 0)
        hook.after_train_epoch(runner)
    for name, value in zip(model.names, hook.ema_model.module.values):
        torch.testing.assert_close(value, wanted[name], rtol=0, atol=1e-6)


class Epochs(EpochAverageHook):
    """Keeps the weights of each epoch."""

    def __init__(self, weights, **options):
        super().__init__(2, **options)
        self.weights = weights

    def after_train_epoch(self, runner):
        self.weights.append(runner.model.cls_head.weight.detach().clone())
        super().after_train_epoch(runner)


def test_checkpoints_and_the_model_have_the_mean(make_runner, tmp_path):
    weights = []
    runner = make_runner('mean', hooks=[Epochs(weights)], epochs=4)
    runner.train()
    for epoch in range(1, 5):
        file = torch.load(tmp_path / f'epoch_{epoch}.pth')
        mean = weights[0] if epoch == 1 else sum(weights[1:epoch]) / (
            epoch - 1)
        torch.testing.assert_close(file['state_dict']['cls_head.weight'], mean)
        kept = file['ema_state_dict']['module.cls_head.weight']
        assert kept.equal(weights[epoch - 1])
    assert (mean - weights[-1]).abs().max() > 1e-3
    torch.testing.assert_close(runner.model.cls_head.weight.detach(), mean)
    runner.test()
    torch.testing.assert_close(runner.model.cls_head.weight.detach(), mean)


GAUSSIAN = dict(AVERAGE, gaussian=dict(mean=3., std=.8))


@pytest.mark.parametrize('average', [AVERAGE, GAUSSIAN])
def test_a_resumed_training_has_the_same_mean(make_runner, tmp_path, average):
    whole = make_runner(f'whole{len(average)}', hooks=[average], epochs=4)
    whole.train()
    wanted = whole.model.cls_head.weight.detach().clone()
    runner = make_runner(f'rest{len(average)}', hooks=[average], epochs=4)
    runner._load_from, runner._resume = str(tmp_path / 'epoch_3.pth'), True
    runner.train()
    torch.testing.assert_close(
        runner.model.cls_head.weight.detach(), wanted, rtol=1e-12, atol=0)


def test_gaussian_shares_count_from_the_first_epoch_on(make_runner, tmp_path):
    weights = []
    hook = Epochs(weights, gaussian=dict(mean=3., std=.8))
    make_runner('gaussian', hooks=[hook], epochs=4).train()
    for last in (2, 3, 4):
        file = torch.load(tmp_path / f'epoch_{last}.pth')
        shares = np.exp(
            [-(e - 3.)**2 / (2 * .8**2) for e in range(2, last + 1)])
        mean = sum(p * weights[i + 1] for i, p in enumerate(shares))
        torch.testing.assert_close(file['state_dict']['cls_head.weight'],
                                   mean / shares.sum())
    uniform = sum(weights[1:]) / 3
    assert (mean / shares.sum() - uniform).abs().max() > 1e-4


def test_a_test_leaves_the_weights_that_are_mixed_in(make_runner):
    """As ProtocolTestLoop mixes CLIP into them."""
    runner = make_runner('test', hooks=[AVERAGE])
    runner.train()
    nn.init.constant_(runner.model.cls_head.weight, 7.)
    runner.call_hook('before_test_epoch')
    assert (runner.model.cls_head.weight == 7).all()
    runner.call_hook('after_test_epoch', metrics={})
    assert (runner.model.cls_head.weight == 7).all()


def test_validation_sees_the_mean(make_runner):
    runner = make_runner('val', hooks=[AVERAGE], epochs=3)
    runner.train()
    mean = runner.model.cls_head.weight.detach().clone()
    hook = next(h for h in runner.hooks if isinstance(h, EpochAverageHook))
    last = hook.ema_model.module.cls_head.weight.detach().clone()
    runner.call_hook('before_val_epoch')
    assert runner.model.cls_head.weight.equal(last)
    runner.call_hook('after_val_epoch', metrics={})
    assert runner.model.cls_head.weight.equal(mean)


def test_the_first_epoch_is_the_least():
    with pytest.raises(ValueError, match='begin_epoch=0 must be 1'):
        EpochAverageHook(0)


def test_a_gaussian_needs_both_numbers():
    with pytest.raises(ValueError, match=r'dict\(mean=EPOCH, std=EPOCHS\)'):
        EpochAverageHook(gaussian=dict(mean=3.))
