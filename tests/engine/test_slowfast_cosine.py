"""The learning rate against the curves of PySlowFast's code."""
import numpy as np
import pytest
import torch
from mmaction.registry import PARAM_SCHEDULERS
from mmengine.optim import OptimWrapper

from projects.tc_clip.engine.slowfast_cosine import slowfast_cosine
from tests.engine.test_timm_cosine import run
from tests.small import DATA

LR, EPOCH = 3.33e-6, 20


def make_wrapper(**options):
    weight = torch.nn.Parameter(torch.zeros(1))
    return OptimWrapper(torch.optim.SGD([weight], lr=LR), **options)


def make_scheduler(wrapper, epochs, **options):
    """Builds the scheduler as MMEngine's runner does."""
    config = dict(
        type='SlowFastCosineLR',
        warmup=2,
        end=epochs,
        convert_to_iter_based=True,
        **options)
    return PARAM_SCHEDULERS.build(
        config, default_args=dict(optimizer=wrapper, epoch_length=EPOCH))


@pytest.mark.parametrize('epochs', [22, 12])
def test_rate_of_every_step_is_the_official_one(epochs):
    with np.load(DATA / 'oracle/lr_curve_slowfast.npz') as curves:
        wanted = curves[f'used_{epochs}_2']
    wrapper = make_wrapper()
    used = run(wrapper, make_scheduler(wrapper, epochs), epochs * EPOCH)
    np.testing.assert_allclose(used[:, 0], wanted, rtol=1e-12)


def test_accumulated_batches_have_the_rate_of_the_last():
    wrapper = make_wrapper(accumulative_counts=4)
    used = run(wrapper, make_scheduler(wrapper, 12), 12 * EPOCH)[:, 0]
    wanted = [
        slowfast_cosine(i, LR, LR / 100, LR / 100, 2 * EPOCH, 12 * EPOCH)
        for i in range(3, 12 * EPOCH, 4)
    ]
    np.testing.assert_allclose(used, wanted, rtol=1e-12)


def test_a_resumed_run_has_the_rest_of_the_curve():
    wrapper = make_wrapper()
    scheduler = make_scheduler(wrapper, 12)
    run(wrapper, scheduler, 55)
    states = wrapper.state_dict(), scheduler.state_dict()
    wrapper = make_wrapper()
    scheduler = make_scheduler(wrapper, 12)
    wrapper.load_state_dict(states[0])
    scheduler.load_state_dict(states[1])
    rate, = run(wrapper, scheduler, 1)[0]
    wanted = slowfast_cosine(55, LR, LR / 100, LR / 100, 40, 240)
    assert rate == pytest.approx(wanted, rel=1e-12)


def test_ends_of_the_curve():
    wrapper = make_wrapper()
    scheduler = make_scheduler(wrapper, 12, start_ratio=0.5, min_ratio=0.25)
    used = run(wrapper, scheduler, 12 * EPOCH)[:, 0] / LR
    assert used[0] == 0.5 and used[40] == used.max() == 1.
    assert used[-1] == pytest.approx(0.25, rel=1e-3)
    assert slowfast_cosine(300, 1., 0., 0.01, 40, 240) == 0.01
