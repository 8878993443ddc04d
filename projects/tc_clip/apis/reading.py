"""Reads many videos while a model computes, and outlives broken ones."""
import time
from itertools import islice
from pathlib import Path
from typing import (Any, Dict, Iterable, Iterator, NamedTuple, Optional,
                    Sequence, Tuple, TypeVar, Union)

from ..datasets.time_limit import MOST_SECONDS
from ..processes import Failure, in_processes
from .inferencer import TCCLIPInferencer
from .predictions import Prediction
from .time_spans import TimeSpan, restrict, spans_of

Item = TypeVar('Item')


class Clip(NamedTuple):
    """What a model scores at once.

    Attributes:
        inputs: output of ``inferencer.pipeline``.
        span: the part of the video; None for all of it.
        number: number of the part, from 0.
        total: number of parts of the video.
    """
    inputs: Dict[str, Any]
    span: Optional[TimeSpan] = None
    number: int = 0
    total: int = 1


class Windows(NamedTuple):
    """Says which spans of a video to read.

    Attributes:
        window: length of a span in seconds.
        stride: seconds from one span to the next.
    """
    window: float
    stride: float


class ClipReader:
    """Reads the clips of a video, in a process of :func:`in_processes`.

    Args:
        inferencer: has the pipeline.
        windows: the spans of each video; None reads it as a whole.
    """

    def __init__(self, inferencer: TCCLIPInferencer,
                 windows: Optional[Windows]) -> None:
        self.open_video = inferencer.open_video
        self.read_clip = inferencer.read_clip
        self.windows = windows

    def __call__(self, item: Tuple[Path, int]) -> Iterator[Clip]:
        """Yields the clips of a video, but not the first ones.

        Args:
            item: the file, and how many clips of it to leave out.
        """
        video, first = item
        opened = self.open_video(str(video))
        if self.windows is None:
            yield Clip(self.read_clip(opened))
            return
        times, spans = spans_of(opened, *self.windows)
        for number in range(first, len(spans)):
            span = spans[number]
            inputs = self.read_clip(restrict(opened, times, span))
            yield Clip(inputs, span, number, len(spans))


class Watch:
    """Measures how long a loop waits for its items.

    Attributes:
        waited: seconds that it waited.
        started: when it began, in seconds of ``time.monotonic``.
    """

    def __init__(self) -> None:
        self.waited, self.started = 0., time.monotonic()

    def on(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yields the items."""
        source = iter(items)
        while True:
            before = time.monotonic()
            try:
                item = next(source)
            except StopIteration:
                return
            finally:
                self.waited += time.monotonic() - before
            yield item

    def note(self, done: int, what: str) -> str:
        """Says how fast the loop is, and how much of its time it waits.

        Args:
            done: number of items that are done.
            what: what they are.
        """
        passed = max(time.monotonic() - self.started, 1e-9)
        return (f'{done / passed:.2g} {what}/s, waiting for them '
                f'{self.waited / passed:.0%} of the time')


Read = Tuple[Path, Union[Clip, Failure]]


def read_clips(inferencer: TCCLIPInferencer,
               videos: Sequence[Tuple[Path, int]],
               workers: int,
               windows: Optional[Windows] = None) -> Iterator[Read]:
    """Reads clips of videos in several processes.

    Args:
        inferencer: has the pipeline.
        videos: files, and how many clips of each to leave out.
        workers: number of processes.
        windows: the spans of each video; None reads it as a whole.

    Yields:
        A file and a clip of it, in order; or why the file cannot be read,
        which ends its clips.
    """
    reader = ClipReader(inferencer, windows)
    for (video, _), clip in in_processes(reader, videos, workers,
                                         MOST_SECONDS):
        yield video, clip


class Scored(NamedTuple):
    """The result of a clip.

    Attributes:
        video: the file.
        result: its prediction, or why the file cannot be read.
        number: number of the clip in its video, from 0.
        total: number of clips of the video.
    """
    video: Path
    result: Union[Prediction, Failure]
    number: int = 0
    total: int = 1


def score_clips(inferencer: TCCLIPInferencer, reads: Iterable[Read],
                batch_size: int, **ranking: Any) -> Iterator[Scored]:
    """Predicts what clips show, a batch at a time.

    Args:
        inferencer: the model.
        reads: output of :func:`read_clips`.
        batch_size: clips per forward pass, maybe of several videos; broken
            videos count.
        **ranking: ``top_k`` and ``none_below``, see :func:`describe`.

    Yields:
        The result of each clip.
    """
    source = iter(reads)
    for batch in iter(lambda: [*islice(source, batch_size)], []):
        intact = [(video, clip) for video, clip in batch
                  if isinstance(clip, Clip)]
        predictions = iter(
            inferencer.predict_clips([(str(video), clip.inputs)
                                      for video, clip in intact],
                                     [clip.span for _, clip in intact],
                                     **ranking))
        for video, clip in batch:
            if isinstance(clip, Failure):
                yield Scored(video, clip)
            else:
                yield Scored(video, next(predictions), clip.number, clip.total)
