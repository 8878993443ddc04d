"""Saves checkpoints so that an interruption never costs the last one."""
from pathlib import Path
from typing import Any, Dict, List, Optional

from mmaction.registry import HOOKS
from mmengine.dist import barrier, is_main_process
from mmengine.hooks import CheckpointHook
from mmengine.runner import Runner

from ...checkpoints import mend_record
from ...files import write_text

# What MMEngine reads of a checkpoint to go on from.
_TO_RESUME = 'meta', 'message_hub', 'optimizer'


class _LateRemovals:
    """A file backend that keeps files until :meth:`finish`."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._removed: List[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def remove(self, path: str) -> None:
        """Notes a file to remove."""
        self._removed.append(path)

    def finish(self, kept: List[Optional[str]]) -> None:
        """Removes the files, except for those that have been written anew."""
        for path in self._removed:
            if path not in kept and self._backend.isfile(path):
                self._backend.remove(path)
        self._removed = []


@HOOKS.register_module()
class SafeCheckpointHook(CheckpointHook):
    """MMEngine's hook, for trainings that may be killed at any moment.

    Modifications: an old checkpoint is removed when its successor is written,
    not before; so ``max_keep_ckpts=1`` needs the space of two, and a training
    that is killed between the two leaves one more. ``--resume``
    takes the newest whole checkpoint, see :func:`mend_record`. If the last
    epoch was saved but not validated, it is validated then, so that the best
    checkpoint is that of an uninterrupted training.

    Args:
        *args: see ``CheckpointHook``.
        **kwargs: see ``CheckpointHook``.
    """

    def before_run(self, runner: Runner) -> None:
        """Finds the checkpoint to resume from; Runner reads it next."""
        prepare_resume(runner)

    def after_load_checkpoint(self, runner: Runner,
                              checkpoint: Dict[str, Any]) -> None:
        """Refuses to resume from a file without the state of the optimiser.

        MMEngine would go on with a new optimiser, and say nothing.

        Args:
            runner: the runner.
            checkpoint: content of the file.

        Raises:
            ValueError: it lacks what is needed to go on.
        """
        absent = [key for key in _TO_RESUME if key not in checkpoint]
        if runner._resume and absent:
            raise ValueError(
                f'{runner._load_from} lacks {", ".join(absent)}: a '
                'training cannot be resumed from it. To start a new one from '
                'its weights, leave out --resume, and give '
                f'--cfg-options load_from={runner._load_from}')

    def before_train(self, runner: Runner) -> None:
        """Opens the folder of the checkpoints, and validates if needed."""
        super().before_train(runner)
        self.file_backend = _LateRemovals(
            self.file_backend)  # type: ignore[has-type]
        self.last_ckpt = runner.message_hub.runtime_info.get('last_ckpt')
        if is_main_process():
            self._remove_old_best()
        if self.by_epoch and _is_to_validate(runner):
            runner.val_loop.run()

    def after_val_epoch(self,
                        runner: Runner,
                        metrics: Optional[Dict[str, float]] = None) -> None:
        """Saves the best checkpoint, and which epoch was validated."""
        super().after_val_epoch(runner, metrics or {})
        if is_main_process() and self.by_epoch:
            write_text(_validated(runner), str(runner.epoch))

    def _save_checkpoint_with_step(self, runner: Runner, step: int,
                                   meta: Dict[str, Any]) -> None:
        """Saves a checkpoint, and removes the oldest one then."""
        super()._save_checkpoint_with_step(runner, step, meta)
        self._remove_old()

    def _save_best_checkpoint(self, runner: Runner,
                              metrics: Dict[str, float]) -> None:
        """Saves the best checkpoint, and removes the one before then."""
        super()._save_best_checkpoint(runner, metrics)
        self._remove_old()

    def _best(self) -> List[str]:
        """Returns the best checkpoint of each metric that has one."""
        single = getattr(self, 'best_ckpt_path', None)
        several = getattr(self, 'best_ckpt_path_dict', {}).values()
        return [path for path in (single, *several) if path]

    def _remove_old(self) -> None:
        """Removes the checkpoints that have a successor."""
        self.file_backend.finish([self.last_ckpt, *self._best()])

    def _remove_old_best(self) -> None:
        """Removes what a training left that was killed before it did."""
        for best in map(Path, self._best()):
            kind = best.name.rpartition('_epoch_')[0]
            for file in best.parent.glob(f'{kind}_epoch_*.pth'):
                if kind and file != best and best.exists():
                    file.unlink()


def prepare_resume(runner: Runner) -> None:
    """Finds the checkpoint to resume from, see :func:`mend_record`.

    Args:
        runner: a runner that will read ``last_checkpoint`` if it resumes.

    Raises:
        FileNotFoundError: no checkpoint can be read.
    """
    if runner._resume is True and runner._load_from is None:
        if is_main_process():
            mend_record(Path(runner.work_dir))
        barrier()


def _validated(runner: Runner) -> Path:
    """Returns the file that holds the number of the last validated epoch."""
    return Path(runner.work_dir) / 'last_validation'


def _is_to_validate(runner: Runner) -> bool:
    """Returns whether the epoch that was resumed from was not validated."""
    epoch, loop = runner.epoch, runner.train_loop
    if not epoch or runner.val_loop is None or epoch < loop.val_begin:
        return False
    file = _validated(runner)
    if file.exists() and file.read_text() == str(epoch):
        return False
    return epoch % loop.val_interval == 0 or epoch == loop.max_epochs
