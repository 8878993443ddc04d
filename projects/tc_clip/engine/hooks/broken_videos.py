"""Counts the videos of a test that cannot be read."""
import logging
from pathlib import Path
from typing import Any, Dict, Optional, Sequence

from mmaction.registry import HOOKS
from mmengine.dist import all_gather_object, is_main_process
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner

from ...files import write_text

_FILE = 'broken_videos.txt'
_HOPELESS = 32  # broken videos from the start on, then the test ends


@HOOKS.register_module()
class BrokenVideosHook(Hook):
    """Names the videos of a test or validation that were black clips.

    With ``on_error='blank'`` a test goes on where a file is missing or
    damaged, and scores a black clip in its place, which is right by chance
    only. This hook writes the files and what is wrong with them to
    ``broken_videos.txt`` in the work dir, and ends the log with a warning, so
    that nobody takes the figures for those of the whole list. If no video can
    be read, the folder is probably wrong: then it raises an error.

    The pipeline packs ``filename`` and ``broken``::

        dict(type='PackActionInputs', meta_keys=('filename', 'broken', ...))

    Raises:
        ValueError: in a test or validation of which no video, or none of the
            first ones, can be read.

    Example:
        >>> default_hooks = dict(broken_videos=dict(type='BrokenVideosHook'))
    """

    def __init__(self) -> None:
        self.seen, self.tested = 0, 0
        # files and what is wrong: of this list, of the run, of its tests
        self.broken: Dict[str, str] = {}
        self.all_broken: Dict[str, str] = {}
        self.test_broken: Dict[str, str] = {}

    def before_run(self, runner: Runner) -> None:
        """Removes the file of an earlier run."""
        if is_main_process():
            Path(runner.work_dir, _FILE).unlink(missing_ok=True)

    def _before_epoch(self, runner: Runner, mode: str = 'train') -> None:
        """Starts to count."""
        self.seen, self.broken = 0, {}

    def _after_iter(self,
                    runner: Runner,
                    batch_idx: int,
                    data_batch: Any = None,
                    outputs: Optional[Sequence] = None,
                    mode: str = 'train') -> None:
        """Counts the videos of a batch."""
        if mode == 'train' or not isinstance(data_batch, dict):
            return
        samples = data_batch.get('data_samples') or ()
        self.seen += len(samples)
        for sample in samples:
            if sample.get('broken'):
                self.broken[str(sample.get('filename'))] = sample.broken
        if self.seen >= _HOPELESS:
            self._check_hope('first ')

    def _check_hope(self, which: str = '') -> None:
        """Raises if no video could be read."""
        if self.seen and len(self.broken) >= self.seen:
            file, reason = next(iter(self.broken.items()))
            raise ValueError(
                f'None of the {which}{self.seen} videos can be read: {file} '
                f'({reason}). Correct data_root, data_prefix or ann_file of '
                'the data set')

    def after_val_epoch(self,
                        runner: Runner,
                        metrics: Optional[Dict[str, float]] = None) -> None:
        """Warns of the broken videos of a validation."""
        if self._gather(runner):
            self._warn(runner, self.broken, self.seen, 'validation')

    def after_test_epoch(self,
                         runner: Runner,
                         metrics: Optional[Dict[str, float]] = None) -> None:
        """Collects the broken videos of a test list."""
        self._gather(runner)
        self.tested += self.seen
        self.test_broken.update(self.broken)

    def after_run(self, runner: Runner) -> None:
        """Ends the log with a warning if tests had broken videos."""
        if self.test_broken:
            self._warn(runner, self.test_broken, self.tested, 'test')

    def _gather(self, runner: Runner) -> Dict[str, str]:
        """Collects the counts of all processes, and writes the file."""
        counts = all_gather_object((self.seen, self.broken))
        self.seen = sum(seen for seen, _ in counts)
        self.broken = {k: v for _, broken in counts for k, v in broken.items()}
        self._check_hope()
        self.all_broken.update(self.broken)
        if self.broken and is_main_process():
            lines = [f'{k}: {v}\n' for k, v in self.all_broken.items()]
            write_text(Path(runner.work_dir, _FILE), ''.join(lines))
        return self.broken

    def _warn(self, runner: Runner, broken: Dict[str, str], total: int,
              what: str) -> None:
        """Says how many videos were black clips."""
        print_log(
            f'{len(broken)} of {total} videos of this {what} cannot be read, '
            'and count as black clips: the figures are not those of the whole '
            f'list. {Path(runner.work_dir, _FILE)} names them.',
            logger='current',
            level=logging.WARNING)


def broken_videos_of(runner: Runner) -> int:
    """Returns how many videos of the list just tested cannot be read.

    Args:
        runner: the runner; 0 if it has no :class:`BrokenVideosHook`.
    """
    return sum(
        len(hook.broken) for hook in runner.hooks
        if isinstance(hook, BrokenVideosHook))
