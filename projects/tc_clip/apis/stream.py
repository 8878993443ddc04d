"""Cuts a stream of frames into windows of time that overlap."""
from collections import deque
from typing import Callable, Deque, Iterable, Iterator, List, NamedTuple

import numpy as np

from .time_spans import ROUNDING, TimeSpan, check_spans, frames_in, time_spans


class TimedFrame(NamedTuple):
    """A frame of a stream.

    Attributes:
        time: seconds since the first frame.
        pixels: RGB, ``(H, W, 3)`` uint8.
    """
    time: float
    pixels: np.ndarray


class Window(NamedTuple):
    """A part of a stream.

    Attributes:
        span: its seconds, from the first frame of the stream.
        frames: all its frames in order, RGB, ``(H, W, 3)`` uint8.
    """
    span: TimeSpan
    frames: List[np.ndarray]


class SlidingWindow:
    """Keeps the last seconds of a stream, and cuts windows out of them.

    The windows of a stream and their frames are those that
    :meth:`TCCLIPInferencer.timeline` gives for a file.

    Args:
        window: length of a window in seconds.
        stride: seconds from the start of a window to that of the next.

    Raises:
        ValueError: a number is not above 0, or windows would leave gaps.
    """

    def __init__(self, window: float, stride: float) -> None:
        check_spans(window, stride)
        self.window, self.stride = window, stride
        self._frames: Deque[TimedFrame] = deque()
        self._count = 0  # of the windows that were cut

    def add(self, frame: TimedFrame) -> List[Window]:
        """Adds a frame; returns the windows that end before it.

        Args:
            frame: it is not shown before the frames that were added.
        """
        self._frames.append(frame)
        windows = []
        while self._next().end <= frame.time + ROUNDING:
            windows.append(self._cut(self._next()))
            self._count += 1
        self._forget(frame.time - self.window)
        return windows

    def finish(self, frame_seconds: float) -> List[Window]:
        """Returns the windows that end with the stream or just before it.

        Args:
            frame_seconds: how long the last frame is shown.
        """
        if not self._frames:
            return []
        end = self._frames[-1].time + frame_seconds
        spans = time_spans(end, self.window, self.stride)
        return [self._cut(span) for span in spans[self._count:]]

    def _next(self) -> TimeSpan:
        """Returns the span of the window that is cut next."""
        start = self._count * self.stride
        return TimeSpan(start, start + self.window)

    def _cut(self, span: TimeSpan) -> Window:
        """Returns the frames that are shown in a span."""
        times = np.array([frame.time for frame in self._frames])
        frames = [frame.pixels for frame in self._frames]
        return Window(span, frames[frames_in(times, span)])

    def _forget(self, before: float) -> None:
        """Drops frames of which nothing is shown after a second."""
        while len(self._frames) > 1 and \
                self._frames[1].time < before + ROUNDING:
            self._frames.popleft()


def cut_stream(
    batches: Iterable[List[TimedFrame]],
    sliding: SlidingWindow,
    frame_seconds: float,
    newest_only: bool = False,
    on_frame: Callable[[TimedFrame], None] = lambda frame: None
) -> Iterator[Window]:
    """Cuts a stream into windows as its frames come.

    Args:
        batches: the frames that came since the batch before.
        sliding: length and stride of the windows.
        frame_seconds: how long the last frame is shown.
        newest_only: whether only the newest of the windows that end in a batch
            counts. A model that is slower than the stream then keeps up.
        on_frame: is called with every frame, before the windows that it ends.

    Yields:
        The windows in order of time.
    """
    for frames in batches:
        windows: List[Window] = []
        for frame in frames:
            on_frame(frame)
            windows += sliding.add(frame)
        yield from windows[-1:] if newest_only else windows
    windows = sliding.finish(frame_seconds)
    yield from windows[-1:] if newest_only else windows
