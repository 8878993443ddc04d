"""Tests the best epoch when a training ends."""
from pathlib import Path

from mmaction.registry import HOOKS
from mmengine.dist import barrier
from mmengine.hooks import Hook
from mmengine.runner import Runner

from .run_page import RunPageHook


@HOOKS.register_module()
class FinalTestHook(Hook):
    """Tests the best epoch when a training ends.

    The best epoch is that of CheckpointHook's ``save_best``; without one, the
    last weights are tested. RunPageHook, if the config has it, writes its page
    to ``report/`` in the work dir.
    """

    # after the hooks that save checkpoints
    priority = 'LOWEST'

    def after_train(self, runner: Runner) -> None:
        """Loads the best checkpoint, and tests it."""
        barrier()  # the first process may still write the checkpoint
        best = runner.message_hub.runtime_info.get('best_ckpt')
        if best is not None:
            runner.load_checkpoint(best, map_location='cpu')
        for hook in runner.hooks:
            if isinstance(hook, RunPageHook):
                hook.turn_on(
                    Path(runner.work_dir) / 'report', best or 'the last epoch')
        runner.test()
