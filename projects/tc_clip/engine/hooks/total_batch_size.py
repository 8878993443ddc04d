"""Keeps the total batch size whatever the number of GPUs."""
from typing import Any

from mmaction.registry import HOOKS
from mmengine.dist import get_world_size
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner


def accumulation(total: int, per_process: int, processes: int) -> int:
    """Returns how many batches make up one optimiser step.

    Args:
        total: videos of one optimiser step.
        per_process: batch size of one process.
        processes: processes that train together.

    Raises:
        ValueError: the total is not a multiple of the videos loaded at once.
    """
    at_once = per_process * processes
    if total % at_once:
        raise ValueError(
            f'A total batch of {total} is not a multiple of {processes} '
            f'process(es) x {per_process} videos: choose a batch_size of '
            'train_dataloader that divides it, or another total')
    return total // at_once


@HOOKS.register_module()
class TotalBatchSizeHook(Hook):
    """Sets gradient accumulation so that a step sees a fixed total batch.

    A learning rate belongs to a total batch size, which this hook keeps. It
    cannot be combined with MMEngine's ``auto_scale_lr``, which fits the rate
    to the batch of one iteration and ignores accumulation.
    Batches at the end of an epoch that do not fill an optimiser step are
    dropped, as in the official code.

    Args:
        total: videos per optimiser step over all processes.

    Raises:
        ValueError: at the start of a training, if the total is not a multiple
            of the videos loaded at once, an epoch is too short for one
            optimiser step, the schedule never leaves its warm-up, or
            ``auto_scale_lr`` is enabled.

    Example:
        >>> custom_hooks = [dict(type='TotalBatchSizeHook', total=512)]
    """

    def __init__(self, total: int) -> None:
        self.total = total

    def before_train(self, runner: Runner) -> None:
        """Sets ``accumulative_counts`` of the optimiser wrapper."""
        if (runner.auto_scale_lr or {}).get('enable'):
            raise ValueError(
                'auto_scale_lr would scale the learning rate a second time: '
                f'TotalBatchSizeHook already keeps the total batch of '
                f'{self.total} by accumulating gradients. Leave out '
                '--auto-scale-lr, or remove the hook from custom_hooks')
        per_process = runner.train_dataloader.batch_sampler.batch_size
        counts = accumulation(self.total, per_process, get_world_size())
        self._check_epoch(runner, per_process * get_world_size(), counts)
        runner.optim_wrapper._accumulative_counts = counts
        print_log(
            f'Total batch {self.total} = {get_world_size()} process(es) x '
            f'{per_process} videos x {counts} accumulated batches',
            logger='current')

    def _check_epoch(self, runner: Runner, at_once: int, counts: int) -> None:
        """Checks that the training makes steps, and at the full rate."""
        dataset = runner.train_dataloader.dataset
        batches = len(runner.train_dataloader)
        if counts > batches:
            largest = batches * at_once
            raise ValueError(
                f'An epoch never fills an optimiser step: the training set '
                f'{getattr(dataset, "ann_file", "")} has {len(dataset)} '
                f'videos, which make {batches} batches of {at_once}, and a '
                f'step takes {self.total}. Set total of TotalBatchSizeHook to '
                f'a multiple of {at_once} up to {largest} '
                f'(--cfg-options custom_hooks.0.total={largest}), and the '
                'learning rate in proportion')
        schedulers: Any = runner.param_schedulers
        for scheduler in schedulers or []:
            warmup = getattr(scheduler, 'warmup', 0)
            if warmup and scheduler.end - counts <= warmup:
                raise ValueError(
                    f'The learning rate never reaches its peak: a training of '
                    f'{scheduler.end} batches warms up for {warmup}, and a '
                    f'step takes {counts} of them. Train for more epochs '
                    '(train_cfg.max_epochs), or lower param_scheduler.warmup '
                    'or total')

    def before_train_epoch(self, runner: Runner) -> None:
        """Starts a new optimiser step."""
        runner.optim_wrapper.zero_grad()
        runner.optim_wrapper.initialize_count_status(runner.model, 0, -1)
