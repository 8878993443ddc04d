"""Averages the weights at the ends of epochs."""
from typing import Any, Mapping, Optional

from mmaction.registry import HOOKS
from mmengine.hooks import EMAHook
from mmengine.runner import Runner


@HOOKS.register_module()
class EpochAverageHook(EMAHook):
    """Keeps the mean of the weights at the ends of epochs (SWA).

    Open-VCLIP and FROSTER average the weights behind the epochs 2, 3, ... to
    the last, with equal shares. Here checkpoints and validation have the mean
    up to their epoch, so the last checkpoint is the result. The weights that
    the training goes on with are in its ``ema_state_dict``, as with MMEngine's
    EMAHook, which averages after each iteration instead. Parameters that are
    not trained are not changed by the mean.

    Args:
        begin_epoch: first epoch that counts, from 1 on. Before it, the last
            epoch's weights stand for the mean.
        gaussian: ``mean`` and ``std`` in epochs, from 1 on: epochs near
            ``mean`` count more, see :class:`GaussianWeightAverage`. None, the
            official behaviour: all have equal shares.

    Raises:
        ValueError: ``begin_epoch`` is below 1, or ``gaussian`` has other
            entries.

    Example:
        >>> default_hooks = dict(average=dict(type='EpochAverageHook'))
        >>> late = dict(type='EpochAverageHook',
        ...             gaussian=dict(mean=20., std=5.))
    """

    def __init__(self,
                 begin_epoch: int = 2,
                 gaussian: Optional[Mapping[str, float]] = None) -> None:
        if begin_epoch < 1:
            raise ValueError(f'begin_epoch={begin_epoch} must be 1, the first '
                             'epoch, or more')
        if gaussian is None:
            super().__init__(
                'StochasticWeightAverage', begin_epoch=begin_epoch)
            return
        if {*gaussian} != {'mean', 'std'}:
            raise ValueError(f'gaussian={gaussian} must be dict(mean=EPOCH, '
                             'std=EPOCHS)')
        super().__init__(
            'GaussianWeightAverage',
            begin_epoch=begin_epoch,
            first=begin_epoch,
            **gaussian)

    def after_train_iter(self, runner: Runner, *args: Any,
                         **kwargs: Any) -> None:
        """Leaves the mean as it is within an epoch."""

    def after_train_epoch(self, runner: Runner) -> None:
        """Takes the weights of an epoch into the mean."""
        super().after_train_iter(runner, 0)

    def after_train(self, runner: Runner) -> None:
        """Gives the mean to the model, for a test in the same run."""
        self._swap_ema_parameters()

    def before_test_epoch(self, runner: Runner) -> None:
        """Tests the model as it is: checkpoints hold the mean already."""

    def after_test_epoch(self, runner: Runner, *args: Any,
                         **kwargs: Any) -> None:
        """Leaves the weights after a test, see :meth:`before_test_epoch`."""
