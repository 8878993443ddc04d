"""The runner of configs that divide a model among processes."""
import logging
from typing import Any, Dict, Optional

from mmaction.registry import RUNNERS
from mmengine.hooks import EMAHook
from mmengine.logging import print_log
from mmengine.runner import FlexibleRunner, Runner

from ..hooks import FinalTestHook, InterpolatedWeightsHook
from ..hooks.safe_checkpoint import prepare_resume

# Hooks that need whole weights, and what to do instead.
REFUSED = {
    EMAHook:
    'averages whole weights',
    InterpolatedWeightsHook:
    'moves whole weights towards those of CLIP',
    FinalTestHook:
    'tests in the processes of the training: test by '
    'tools/test.py CONFIG best'
}


class ShardedTraining(FlexibleRunner):
    """FlexibleRunner for the hooks of this project."""

    @property
    def auto_scale_lr(self) -> Any:
        """Config of ``auto_scale_lr``, under the name that Runner gives it."""
        return self._auto_scale_lr

    def load_or_resume(self) -> None:
        """Loads a checkpoint, before any hook is called."""
        prepare_resume(self)
        super().load_or_resume()

    def save_checkpoint(self,
                        *args: Any,
                        meta: Optional[Dict[str, Any]] = None,
                        **kwargs: Any) -> None:
        """Saves a checkpoint with the epoch and iteration of ``meta``.

        FlexibleRunner of MMEngine 0.10 counts them anew. CheckpointHook saves
        an epoch again when it is the best one; the epoch is over then, and the
        new count would be one too high.

        Args:
            *args: see FlexibleRunner.
            meta: the numbers, by name.
            **kwargs: see FlexibleRunner.
        """
        self._stated = dict(meta or {})
        super().save_checkpoint(*args, meta=meta, **kwargs)

    def call_hook(self, fn_name: str, **kwargs: Any) -> None:
        """Calls all hooks, see :meth:`save_checkpoint`.

        Args:
            fn_name: name of their method.
            **kwargs: its arguments.
        """
        if fn_name == 'before_save_checkpoint':
            kwargs['checkpoint']['meta'].update(self._stated)
        super().call_hook(fn_name, **kwargs)

    def register_hook(self, hook: Any, priority: Any = None) -> None:
        """Registers a hook.

        Args:
            hook: the hook, or its config.
            priority: see FlexibleRunner.

        Raises:
            ValueError: the hook does not work with divided weights.
        """
        super().register_hook(hook, priority)
        for kind, reason in REFUSED.items():
            for one in self.hooks:
                if isinstance(one, kind):
                    raise ValueError(
                        f'{type(one).__name__} {reason}, and '
                        'strategy=ShardedStrategy divides them among '
                        'processes: remove the hook, or train without the '
                        'strategy')


@RUNNERS.register_module()
class ShardedRunner:
    """Trains a divided model, and tests it whole.

    MMAction2's tools build it from a config with
    ``runner_type='ShardedRunner'``. Several processes train by MMEngine's
    FlexibleRunner with the config's ``strategy``. A test has no gradients and
    no optimiser, so MMEngine's Runner tests, in any number of processes; it
    also trains where there is one process, and nothing to divide.

    Args:
        cfg: the whole config.
    """

    def __init__(self, cfg: Dict[str, Any]) -> None:
        self.cfg = cfg

    @classmethod
    def from_cfg(cls, cfg: Dict[str, Any]) -> 'ShardedRunner':
        """Makes the runner of a config, as MMEngine's registry asks for it.

        Args:
            cfg: the whole config.
        """
        return cls(cfg)

    def train(self) -> Any:
        """Trains; returns the model."""
        if self.cfg.get('launcher', 'none') != 'none':
            return ShardedTraining.from_cfg(self.cfg).train()
        print_log(
            'One process trains the whole model, and keeps all activations '
            'unless with_cp says otherwise: tools/dist_train.sh starts '
            'several, which divide it',
            logger='current',
            level=logging.WARNING)
        return Runner.from_cfg(self.cfg).train()

    def test(self) -> Dict[str, float]:
        """Tests; returns the metrics."""
        return Runner.from_cfg(self.cfg).test()
