"""The learning rate against the curves of the official code."""
import copy

import numpy as np
import pytest
import torch
from mmaction.registry import PARAM_SCHEDULERS
from mmengine.optim import OptimWrapper

from projects.tc_clip.engine.timm_cosine import TimmCosineLR, timm_cosine
from tests.small import DATA

CURVES = DATA / 'lr_curve.npz'
LR, EPOCH = 8e-6, 20


def make_wrapper(accumulative_counts=1):
    """Makes an optimizer with the usual group and one of ten times the lr."""
    weights = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    groups = [dict(params=weights[:1]), dict(params=weights[1:], lr=10 * LR)]
    return OptimWrapper(
        torch.optim.SGD(groups, lr=LR),
        accumulative_counts=accumulative_counts)


def make_scheduler(wrapper, epochs=10, **options):
    """Builds the scheduler as MMEngine's runner does."""
    config = dict(
        type='TimmCosineLR', end=epochs, convert_to_iter_based=True, **options)
    return PARAM_SCHEDULERS.build(
        config, default_args=dict(optimizer=wrapper, epoch_length=EPOCH))


def run(wrapper, scheduler, iterations):
    """Returns both groups' rates at every optimiser step ``(steps, 2)``."""
    groups, used = wrapper.optimizer.param_groups, []

    def step(**kwargs):
        used.append([group['lr'] for group in groups])

    wrapper.optimizer.step = step
    for _ in range(iterations):
        wrapper.update_params(sum(g['params'][0].sum() for g in groups))
        scheduler.step()
    return np.array(used)


@pytest.fixture(scope='module')
def curves():
    with np.load(CURVES) as arrays:
        return dict(arrays)


@pytest.mark.parametrize('epochs, warmup', [(10, 5), (30, 5), (50, 5),
                                            (12, 2)])
def test_rate_of_every_step_is_the_official_one(curves, epochs, warmup):
    wrapper = make_wrapper()
    scheduler = make_scheduler(wrapper, epochs, warmup=warmup)
    used = run(wrapper, scheduler, epochs * EPOCH)
    for group, name in enumerate(('used', 'used_x10')):
        np.testing.assert_allclose(
            used[:, group], curves[f'{name}_{epochs}_{warmup}'], rtol=1e-12)


def test_accumulation_looks_back_by_the_batches_of_a_step(curves):
    wrapper = make_wrapper(accumulative_counts=2)
    used = run(wrapper, make_scheduler(wrapper), 10 * EPOCH)
    np.testing.assert_allclose(
        used[:, 0], curves['used_10_5_accumulate2'], rtol=1e-12)


def test_formula_is_the_rate_that_is_set_after_a_step(curves):
    for setting in ('10_5', '30_5', '50_5', '12_2'):
        epochs, warmup = (EPOCH * int(n) for n in setting.split('_'))
        for name, base in (('after', LR), ('after_x10', 10 * LR)):
            rates = [
                timm_cosine(i, base, 0.01 * LR, warmup, epochs)
                for i in range(epochs)
            ]
            np.testing.assert_allclose(
                rates, curves[f'{name}_{setting}'], rtol=1e-12)


def test_rate_stays_at_the_minimum_after_the_end():
    assert timm_cosine(300, 1., 0.01, 50, 200) == 0.01


@pytest.mark.parametrize('done', [1, 37, 150])
def test_resumed_run_has_the_rest_of_the_curve(done):
    wrapper = make_wrapper()
    scheduler = make_scheduler(wrapper)
    run(wrapper, scheduler, done)
    states = copy.deepcopy((wrapper.state_dict(), scheduler.state_dict()))
    rest = run(wrapper, scheduler, 10 * EPOCH - done)

    wrapper = make_wrapper()
    scheduler = make_scheduler(wrapper)
    wrapper.load_state_dict(states[0])
    scheduler.load_state_dict(states[1])
    again = run(wrapper, scheduler, 10 * EPOCH - done)
    np.testing.assert_array_equal(again, rest)


def test_minimum_is_a_share_of_the_optimisers_own_rate():
    wrapper = make_wrapper()
    scheduler = make_scheduler(wrapper, min_ratio=0.5)
    last = run(wrapper, scheduler, 10 * EPOCH)[-1]
    np.testing.assert_allclose(last, [0.5 * LR] * 2, rtol=0.01)


@pytest.mark.parametrize('warmup, end, message', [
    (10, 10, r'warmup=10 must end before the schedule does \(end=10,'),
    (-1, 10, r'warmup=-1 must end before the schedule does'),
    (5, 10**9, r'end=1000000000, which must be finite'),
])
def test_warmup_must_fit_the_schedule(warmup, end, message):
    config = dict(type='TimmCosineLR', warmup=warmup, end=end, by_epoch=False)
    with pytest.raises(ValueError, match=message):
        PARAM_SCHEDULERS.build(
            config, default_args=dict(optimizer=make_wrapper()))


def test_iterations_cannot_be_converted_to_iterations():
    with pytest.raises(ValueError, match='needs by_epoch=True'):
        TimmCosineLR.build_iter_from_epoch(
            make_wrapper(), end=10, epoch_length=EPOCH, by_epoch=False)


@pytest.mark.parametrize('options, message', [
    (dict(epoch_length=0, end=3),
     'An epoch has no batch: .* Lower train_dataloader.batch_size'),
    (dict(epoch_length=4, end=3, warmup=3),
     'warmup=3 epochs must be fewer than the 3 epochs of training'),
])
def test_short_trainings_are_refused_in_epochs(options, message):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.)
    with pytest.raises(ValueError, match=message):
        TimmCosineLR.build_iter_from_epoch(optimizer, **{
            'warmup': 0,
            **options
        })
