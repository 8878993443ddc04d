"""Options and progress of the tools that read many videos."""
import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any, Iterable, Iterator

import _checkout  # noqa: F401 - finds the package without installation
from _arguments import positive
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from projects.tc_clip.apis.reading import Watch
from projects.tc_clip.shards import Shard, parse_shard, shard_of_process

_NEWS_EVERY = 60.  # seconds, where the output is not a terminal


def shard(text: str) -> Shard:
    """Reads the value of ``--shard``."""
    try:
        return parse_shard(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(error) from error


def add_shard(parser: Any) -> None:
    """Adds the option that shares videos among processes."""
    parser.add_argument(
        '--shard',
        type=shard,
        default=shard_of_process(),
        metavar='I/N',
        help='take every N-th video of the list, from number I (0 to N - 1); '
        'the rank and the number of processes under torchrun and srun')


def add_bulk(parser: argparse.ArgumentParser) -> None:
    """Adds the options of tools that write results of many videos."""
    add = parser.add_argument
    add('--workers',
        type=positive,
        default=min(4, max(2,
                           os.cpu_count() or 1)),
        metavar='N',
        help='processes that read videos (%(default)s); with two or more '
        'the model does not wait for each video')
    add_shard(parser)
    add('--check',
        action='store_true',
        help='only list the videos that have neither a result in --out nor a '
        'reason for its absence')


def report_failure(video: Path, reason: str) -> None:
    """Prints why a video is left out, on the standard error stream."""
    named = '' if str(video) in reason else f'{video} '
    print(f'left out: {named}{reason}', file=sys.stderr)


class Status:
    """Shows how many videos are done, how fast, and what waits.

    It shows a bar on a terminal, and a line a minute elsewhere. Both are on
    the standard error stream.

    Args:
        total: number of videos.
        done: number of those that an earlier run did.
    """

    def __init__(self, total: int, done: int = 0) -> None:
        self.total, self.done, self.watch = total, done, Watch()
        self._first = done
        self.console = Console(stderr=True)
        self._news = time.monotonic() + _NEWS_EVERY
        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn('{task.description}'),
            console=self.console)
        self._task = self._bar.add_task('', total=total)

    def on(self, items: Iterable[Any]) -> Iterator[Any]:
        """Yields items, and shows the bar meanwhile."""
        with self._bar:
            yield from self.watch.on(items)

    def count(self, done: int, place: str = '') -> None:
        """Shows the state.

        Args:
            done: number of videos that are done.
            place: where it is within a video.
        """
        self.done = done
        note = str(self)
        self._bar.update(self._task, completed=done, description=place + note)
        if not self.console.is_terminal and time.monotonic() > self._news:
            self._news = time.monotonic() + _NEWS_EVERY
            print(
                f'{done} of {self.total} videos, {place}{note}',
                file=sys.stderr)

    def __str__(self) -> str:
        return self.watch.note(self.done - self._first, 'videos')
