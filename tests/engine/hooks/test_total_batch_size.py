"""Gradient accumulation that keeps the total batch."""
import pytest
import torch

from projects.tc_clip.engine.hooks.total_batch_size import accumulation


@pytest.mark.parametrize('total, per_process, processes, counts', [
    (512, 16, 4, 8),
    (512, 64, 8, 1),
    (8, 2, 1, 4),
    (7, 1, 7, 1),
])
def test_accumulation(total, per_process, processes, counts):
    assert accumulation(total, per_process, processes) == counts


@pytest.mark.parametrize('total, per_process, processes', [(512, 16, 3),
                                                           (8, 16, 1)])
def test_total_that_cannot_be_reached(total, per_process, processes):
    with pytest.raises(ValueError) as error:
        accumulation(total, per_process, processes)
    assert str(error.value) == (
        f'A total batch of {total} is not a multiple of {processes} '
        f'process(es) x {per_process} videos: choose a batch_size of '
        'train_dataloader that divides it, or another total')


def train(runner):
    """Trains; returns the weights and the number of optimiser steps."""
    steps = []
    wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    wrapper.optimizer.register_step_post_hook(
        lambda optimizer, args, kwargs: steps.append(1))
    runner.optim_wrapper = wrapper
    runner.train()
    return runner.model.cls_head.weight.detach(), len(steps)


def test_small_batches_learn_what_the_total_batch_learns(make_runner):
    hook = dict(type='TotalBatchSizeHook', total=8)
    small, small_steps = train(make_runner('small', 2, [hook]))
    whole, whole_steps = train(make_runner('whole', 8))
    other, _ = train(make_runner('other', 2))
    assert small_steps == whole_steps == 2 * 32 // 8
    torch.testing.assert_close(small, whole, rtol=1e-12, atol=0)
    assert (whole - other).abs().max() > 1e-3


def test_hook_without_accumulation_changes_nothing(make_runner):
    hook = dict(type='TotalBatchSizeHook', total=8)
    runner = make_runner('hook', 8, [hook])
    with_hook, steps = train(runner)
    without, _ = train(make_runner('none', 8))
    assert steps == 8 and with_hook.equal(without)


def test_batches_that_do_not_fill_a_step_are_lost(make_runner):
    hook = dict(type='TotalBatchSizeHook', total=24)
    runner = make_runner('lost', 4, [hook])
    weights, steps = train(runner)
    assert steps == 2  # one of 24 of the 32 points in every epoch
    model = make_runner('by hand').model
    sgd = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    points = runner.train_dataloader.dataset
    batch = torch.utils.data.default_collate([points[i] for i in range(24)])
    for _ in range(2):
        sgd.zero_grad()
        model(**batch, mode='loss')['loss'].backward()
        sgd.step()
    torch.testing.assert_close(
        weights, model.cls_head.weight.detach(), rtol=1e-12, atol=0)


def test_hook_counts_processes(make_runner, monkeypatch):
    monkeypatch.setattr(
        'projects.tc_clip.engine.hooks.total_batch_size.get_world_size',
        lambda: 2)
    runner = make_runner('two', 2, [dict(type='TotalBatchSizeHook', total=8)])
    _, steps = train(runner)
    assert runner.optim_wrapper._accumulative_counts == 2
    assert steps == 2 * 32 // 4


def test_the_rate_is_not_scaled_twice(make_runner):
    runner = make_runner('twice', 2,
                         [dict(type='TotalBatchSizeHook', total=8)])
    runner.auto_scale_lr = dict(enable=False, base_batch_size=8)
    train(runner)
    runner = make_runner('again', 2,
                         [dict(type='TotalBatchSizeHook', total=8)])
    runner.auto_scale_lr = dict(enable=True, base_batch_size=8)
    with pytest.raises(ValueError, match='a second time.*batch of 8 .*Leave'):
        train(runner)


def test_hook_stops_a_run_with_an_odd_batch(make_runner):
    hook = dict(type='TotalBatchSizeHook', total=9)
    with pytest.raises(ValueError, match='A total batch of 9 is not a'):
        make_runner('odd', 2, [hook]).train()


def test_epoch_shorter_than_a_step_names_what_would_work(make_runner):
    hooks = [dict(type='TotalBatchSizeHook', total=64)]
    with pytest.raises(
            ValueError,
            match=r'points.txt has 32 videos, which make 4 batches of 8, and '
            r'a step takes 64\. Set total .* a multiple of 8 up to 32 '
            r'\(--cfg-options custom_hooks\.0\.total=32\)'):
        make_runner('short', 8, hooks).train()


def test_schedule_that_never_reaches_its_peak(make_runner):
    hooks = [dict(type='TotalBatchSizeHook', total=32)]
    runner = make_runner('peak', 8, hooks)  # 8 batches, 2 steps
    runner.param_schedulers = dict(
        type='TimmCosineLR', warmup=1, convert_to_iter_based=True)
    with pytest.raises(
            ValueError,
            match='a training of 8 batches warms up for 4, and a '):
        runner.train()
