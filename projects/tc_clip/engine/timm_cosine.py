"""The learning rate of the official code: timm's cosine with warm-up."""
import math
from typing import Any, List

from mmaction.registry import PARAM_SCHEDULERS
from mmengine.optim.scheduler.param_scheduler import INF, _ParamScheduler


def timm_cosine(step: int, base: float, minimum: float, warmup: int,
                total: int) -> float:
    """Returns the rate that timm's CosineLRScheduler sets after a step.

    The cosine counts from the start of the warm-up (``warmup_prefix=False``),
    so the rate drops where the warm-up ends.

    Args:
        step: iterations done, counted from 0.
        base: the peak rate of the group.
        minimum: the rate at the end of the cosine.
        warmup: iterations of linear warm-up from 0.
        total: iterations in all.
    """
    if step < warmup:
        return base * step / warmup
    cosine = math.cos(math.pi * min(step, total) / total)
    return minimum + 0.5 * (base - minimum) * (1 + cosine)


@PARAM_SCHEDULERS.register_module()
class TimmCosineLR(_ParamScheduler):
    """Steps timm's cosine as the official code of TC-CLIP does.

    The official code sets the rate after each optimiser step from the index of
    the last batch. So an update that ends with batch ``i`` runs at the rate of
    batch ``i - accumulative_counts``, and the first at rate 0. The minimum is
    the same for all groups.

    Args:
        optimizer: given by the runner.
        warmup: epochs of warm-up (iterations with ``by_epoch=False``).
        min_ratio: the minimum as a share of the optimiser's ``lr``.
        end: length of the schedule, in the same unit as ``warmup``.
        **kwargs: other options of MMEngine's schedulers.

    Example:
        >>> param_scheduler = dict(
        ...     type='TimmCosineLR', warmup=5, convert_to_iter_based=True)
    """

    def __init__(self,
                 optimizer: Any,
                 warmup: int = 5,
                 min_ratio: float = 0.01,
                 end: int = INF,
                 **kwargs: Any) -> None:
        if not 0 <= warmup < end or end == INF:
            raise ValueError(f'warmup={warmup} must end before the schedule '
                             f'does (end={end}, which must be finite)')
        self.warmup = warmup
        self.minimum = min_ratio * optimizer.defaults['lr']
        super().__init__(optimizer, 'lr', end=end, **kwargs)

    @classmethod
    def build_iter_from_epoch(cls,
                              optimizer: Any,
                              warmup: int = 5,
                              begin: int = 0,
                              end: int = INF,
                              epoch_length: int = 0,
                              by_epoch: bool = True,
                              **kwargs: Any) -> 'TimmCosineLR':
        """Builds the scheduler in iterations from options in epochs.

        Args:
            optimizer: given by the runner.
            warmup: epochs of warm-up.
            begin: epoch in which the schedule begins.
            end: epoch in which it ends.
            epoch_length: iterations of an epoch.
            by_epoch: must be True.
            **kwargs: other options of MMEngine's schedulers.

        Raises:
            ValueError: the options are in iterations already, an epoch has no
                batch, or the warm-up is as long as the training.
        """
        if not by_epoch:
            raise ValueError('convert_to_iter_based=True needs by_epoch=True')
        if epoch_length == 0:
            raise ValueError(
                'An epoch has no batch: the training set is smaller than '
                'its batch_size, and drop_last leaves out what does not fill '
                'a batch. Lower train_dataloader.batch_size')
        if not 0 <= warmup < end - begin:
            raise ValueError(
                f'warmup={warmup} epochs must be fewer than the '
                f'{end - begin} epochs of training: lower '
                'param_scheduler.warmup, or raise train_cfg.max_epochs')
        return cls(
            optimizer,
            warmup=warmup * epoch_length,
            begin=begin * epoch_length,
            end=end * epoch_length,
            by_epoch=False,
            **kwargs)

    def _get_value(self) -> List[float]:
        """Returns the rate of every group for the iteration to come."""
        accumulated = getattr(self.optimizer, '_accumulative_counts', 1)
        step = max(self.last_step - accumulated, 0)
        return [
            timm_cosine(step, base, self.minimum, self.warmup, self.end)
            for base in self.base_values
        ]
