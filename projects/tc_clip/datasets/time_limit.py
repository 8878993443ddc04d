"""Ends a loader worker that a video blocks; a run does not wait forever."""
import os
import sys
import threading
from contextlib import contextmanager
from typing import Iterator

from torch.utils.data import get_worker_info

# To read a video, or a span of one, also from a slow disk.
MOST_SECONDS = 300.


def _end_worker(filename: str, seconds: float) -> None:
    """Names the video, and ends this process."""
    sys.stderr.write(
        f'\n{filename} takes more than {seconds:g} s to read, so this loader '
        'worker ends, and the run with it: take the file out of the list, or '
        're-encode it\n')
    sys.stderr.flush()
    # an exception would wait for the decoder
    os._exit(1)


@contextmanager
def time_limit(filename: str, seconds: float = MOST_SECONDS) -> Iterator[None]:
    """Ends this loader worker if the block does not end.

    A decoder that never returns would block a training or a test without a
    word. A worker of a data loader names the file and ends; the data loader
    then raises an error. In other processes this does nothing.

    Args:
        filename: the video that is read.
        seconds: how long that may take.
    """
    if get_worker_info() is None:
        yield
        return
    timer = threading.Timer(seconds, _end_worker, (filename, seconds))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
