"""Hooks of tests that train in several processes."""
import os
from pathlib import Path

from mmaction.registry import HOOKS
from mmengine.dist import all_reduce, get_rank
from mmengine.hooks import Hook


@HOOKS.register_module()
class MeanLossHook(Hook):
    """Writes the mean loss over processes of each iteration to a file."""

    def after_train_iter(self,
                         runner,
                         batch_idx,
                         data_batch=None,
                         outputs=None):
        loss = outputs['loss'].detach().clone()
        all_reduce(loss, 'mean')
        if get_rank() == 0:
            with open(Path(runner.work_dir) / 'losses.txt', 'a') as file:
                file.write(f'{loss.item():.9f}\n')


@HOOKS.register_module()
class FailingHook(Hook):
    """Ends one of the processes in the second iteration.

    Args:
        how: raise an error, or end without a word.
    """

    def __init__(self, how):
        self.how = how

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if get_rank() == 1 and batch_idx == 1:
            if self.how == 'raise':
                raise ValueError('the video of process 1 is odd')
            os._exit(7)
