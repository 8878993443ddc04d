"""Limits the temperature of a contrastive training."""
import math
from typing import Any, Dict, Optional

import torch
from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ..recognizer import recognizer_of


@HOOKS.register_module()
class LogitScaleClampHook(Hook):
    """Keeps the learned factor of similarities below a limit (MAXI).

    It lowers ``cls_head.logit_scale``, the logarithm of this factor, after
    each iteration. The clamp of official MAXI would raise an error where the
    limit is reached, which is far from its start of 50.

    Args:
        max_scale: largest factor: the inverse of the smallest temperature.

    Raises:
        ValueError: the limit is not above 0; at the start of a training, if
            the head learns no such factor.

    Example:
        >>> default_hooks = dict(
        ...     clamp=dict(type='LogitScaleClampHook', max_scale=1000.))
    """

    # before the hooks that save
    priority = 'HIGH'

    def __init__(self, max_scale: float = 1000.) -> None:
        if max_scale <= 0:
            raise ValueError(f'max_scale={max_scale} must be above 0')
        self.limit = math.log(max_scale)

    def before_train(self, runner: Runner) -> None:
        """Checks that there is a factor to limit."""
        head = recognizer_of(runner).cls_head
        if not hasattr(head, 'logit_scale'):
            raise ValueError(
                f'LogitScaleClampHook limits the logit_scale of the head, but '
                f'{type(head).__name__} has none: remove the hook')

    @torch.no_grad()
    def after_train_iter(self,
                         runner: Runner,
                         batch_idx: int,
                         data_batch: Any = None,
                         outputs: Optional[Dict[str, Any]] = None) -> None:
        """Lowers the factor to the limit."""
        recognizer_of(runner).cls_head.logit_scale.clamp_(max=self.limit)
