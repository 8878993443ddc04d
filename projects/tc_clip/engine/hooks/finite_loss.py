"""Ends a training of nothing, or whose loss is not a number."""
import math
from typing import Any, Dict, Optional

import torch
from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Raises an error as soon as the loss is NaN or infinite.

    A model of which nothing is trained is an error at the start. Training on
    after a NaN would overwrite good checkpoints with weights that are not
    numbers. With float16, MMEngine skips updates with infinite gradients, but
    their loss is finite.

    Raises:
        ValueError: before a training of nothing, or after such an iteration.

    Example:
        >>> default_hooks = dict(finite_loss=dict(type='FiniteLossHook'))
    """

    # before the hooks that log and save
    priority = 'VERY_HIGH'

    def before_train(self, runner: Runner) -> None:
        """Checks that a parameter is trained."""
        if not any(p.requires_grad for p in runner.model.parameters()):
            raise ValueError(
                'No parameter of the model is trained, as model.trainable '
                'says: test it with tools/test.py, or change trainable')

    def after_train_iter(self,
                         runner: Runner,
                         batch_idx: int,
                         data_batch: Any = None,
                         outputs: Optional[Dict[str, Any]] = None) -> None:
        """Checks the loss of an iteration."""
        loss = torch.as_tensor((outputs or {}).get('loss', 0.)).item()
        if not math.isfinite(loss):
            raise ValueError(
                f'The loss is {loss} in epoch {runner.epoch + 1}, iteration '
                f'{batch_idx + 1}: the training ends here, and its last '
                'checkpoint is from before. Lower the learning rate '
                '(optim_wrapper.optimizer.lr) or limit gradients '
                '(optim_wrapper.clip_grad); with float16, try '
                "dtype='bfloat16'")
