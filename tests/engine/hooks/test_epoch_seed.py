"""Randomness that follows from the run's seed and the epoch's number."""
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmaction.registry import HOOKS
from mmengine.dataset import worker_init_fn


@pytest.fixture
def draw():
    """Draws numbers in an epoch; returns them with the workers' seed."""
    hook = HOOKS.build(dict(type='EpochSeedHook'))
    sampler = SimpleNamespace(seed=None)

    def draw(seed, epoch):
        workers = partial(worker_init_fn, num_workers=2, rank=0, seed=7)
        loader = SimpleNamespace(
            sampler=sampler, worker_init_fn=workers, persistent_workers=False)
        runner = SimpleNamespace(
            seed=seed, epoch=epoch, train_dataloader=loader)
        torch.rand(epoch + 3)  # whatever ran before
        hook.before_train(runner)
        hook.before_train_epoch(runner)
        assert sampler.seed == seed
        seed = loader.worker_init_fn.keywords['seed']
        return seed, torch.rand(1).item(), np.random.rand()

    return draw


def test_an_epoch_draws_the_same_whatever_ran_before(draw):
    whole = [draw(1024, epoch) for epoch in range(4)]
    resumed = [draw(1024, epoch) for epoch in (2, 3)]
    assert resumed == whole[2:]
    # all of these, over epochs and over seeds, differ
    for values in zip(*whole, *[draw(1025, epoch) for epoch in range(4)]):
        assert len({*values}) == len(values)


def test_neighbouring_runs_share_no_epochs(draw):
    """A sum of seed and epoch would repeat those of the run before."""
    assert draw(0, 1)[0] != draw(1, 0)[0]
    sequence = np.random.SeedSequence([3, 5])
    assert draw(3, 5)[0] == sequence.generate_state(1)[0] // 2


def test_workers_are_seeded_anew_and_not_alike(draw, monkeypatch):
    seeds = []
    monkeypatch.setattr(np.random, 'seed', seeds.append)
    seed = draw(1024, 1)[0]
    seeds.clear()
    for worker in range(2):
        worker_init_fn(worker, num_workers=2, rank=0, seed=seed)
    assert seeds == [seed, seed + 1]


def test_persistent_workers_are_refused():
    loader = SimpleNamespace(persistent_workers=True)
    with pytest.raises(ValueError, match='persistent_workers=False'):
        HOOKS.build(dict(type='EpochSeedHook')).before_train(
            SimpleNamespace(train_dataloader=loader))


def test_a_run_that_is_resumed_ends_with_the_same_numbers(
        make_runner, tmp_path):
    """The epoch's noise reaches the weights, through dropout."""

    def train(name, **options):
        hook = dict(type='EpochSeedHook')
        runner = make_runner(name, hooks=[hook], **options)
        forward = runner.model.forward

        def noisy(x, y, mode='tensor'):
            return forward(x + 0.1 * torch.randn_like(x), y, mode)

        runner.model.forward = noisy
        return runner

    whole = train('whole', epochs=2)
    whole.train()
    resumed = train('resumed', epochs=2)
    torch.rand(17)
    resumed.resume(str(tmp_path / 'epoch_1.pth'))
    resumed.train()
    for a, b in zip(whole.model.parameters(), resumed.model.parameters()):
        assert a.equal(b)
