"""Reads the frames of a camera, a file or a URL in a thread."""
import math
import re
import time
from collections import deque
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Deque, Iterator, List, Optional, Type

import cv2

from .stream import TimedFrame

_FILE_QUEUE = 8  # frames that are read ahead of the model
_USUAL_FPS = 30.
_SILENT = 0  # a level of OpenCV's log
_PATIENCE = 2.  # seconds; a camera that hangs may take longer to stop


class FrameQueue:
    """Passes frames from one thread to another, and never holds many.

    Args:
        size: most frames that wait.
        drops: whether a full queue drops its oldest frame; else :meth:`put`
            waits, and :meth:`take` takes one frame at a time.

    Attributes:
        dropped: number of frames that were dropped.
    """

    def __init__(self, size: int, drops: bool) -> None:
        self.size, self.drops = size, drops
        self.dropped = 0
        self._frames: Deque[TimedFrame] = deque()
        self._closed = False
        self._changed = Condition()

    def put(self, frame: TimedFrame) -> bool:
        """Adds a frame; returns False if the queue is closed."""
        with self._changed:
            if not self.drops:
                self._changed.wait_for(
                    lambda: self._closed or len(self._frames) < self.size)
            if self._closed:
                return False
            if len(self._frames) == self.size:
                self._frames.popleft()
                self.dropped += 1
            self._frames.append(frame)
            self._changed.notify_all()
            return True

    def take(self) -> List[TimedFrame]:
        """Returns waiting frames; none if the queue is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._frames)
            number = len(self._frames)
            if not self.drops:
                number = min(number, 1)
            self._changed.notify_all()
            return [self._frames.popleft() for _ in range(number)]

    def close(self) -> None:
        """Takes no more frames."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def is_camera(source: str) -> bool:
    """Returns whether a source is the number or the device of a camera."""
    return source.isdigit() or Path(source).is_char_device()


def is_url(source: str) -> bool:
    """Returns whether a source has a scheme, such as ``rtsp://``."""
    return '://' in source


def without_password(source: str) -> str:
    """Returns a source as it may be printed.

    >>> without_password('rtsp://me:secret@camera/1')
    'rtsp://camera/1'
    """
    return re.sub(r'://[^/]*@', '://', source)


class StreamReader:
    """Iterates over the frames of a source, which a thread reads.

    A file waits for the model. A camera or a live URL does not: if the model
    is slow, as many frames wait as one window has, and older ones are dropped.
    A URL is live if the length of the video behind it is unknown.

    Use it in a ``with`` block: frames are read inside of it.

    Args:
        source: number or device of a camera, a file, or a URL, opened with
            ``cv2.VideoCapture``.
        window: seconds of a window.

    Attributes:
        name: the source without a password.
        live: whether frames may be dropped.
        fps: frames per second, as the source states them; 30 if it does not.
        frames_read: number of frames that were read so far.

    Raises:
        OSError: the source cannot be opened; while iterating, it ends without
            a frame.

    Example:
        >>> with StreamReader('0', window=3) as reader:
        ...     for frames in reader:
        ...         print(frames[-1].time)
    """

    def __init__(self, source: str, window: float) -> None:
        self.name = without_password(source)
        self._capture = _open(source)
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if 1 <= fps <= 240 else _USUAL_FPS
        endless = self._capture.get(cv2.CAP_PROP_FRAME_COUNT) <= 0
        self.live = is_camera(source) or is_url(source) and endless
        size = math.ceil(window * self.fps) if self.live else _FILE_QUEUE
        self._queue = FrameQueue(size, self.live)
        self.frames_read = 0
        self._error: Optional[Exception] = None
        self._thread = Thread(target=self._run, daemon=True)

    @property
    def dropped(self) -> int:
        """Number of frames that no window saw, because the model was slow."""
        return self._queue.dropped

    def __enter__(self) -> 'StreamReader':
        """Starts to read."""
        self._thread.start()
        return self

    def __exit__(self, kind: Optional[Type[BaseException]],
                 error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        """Stops reading."""
        self._queue.close()
        self._thread.join(_PATIENCE)

    def __iter__(self) -> Iterator[List[TimedFrame]]:
        """Yields the frames that came since those before."""
        while True:
            frames = self._queue.take()
            if not frames:
                break
            yield frames
        if self._error:
            raise self._error
        if not self.frames_read:
            raise OSError(f'{self.name} was opened, but gives no frame: '
                          'check that it is a video')

    def _run(self) -> None:
        """Reads until the source ends or the queue is closed."""
        try:
            for frame in self._frames():
                if not self._queue.put(frame):
                    break
                self.frames_read += 1
        except Exception as error:  # raised again where frames are taken
            self._error = error
        finally:
            self._capture.release()
            self._queue.close()

    def _frames(self) -> Iterator[TimedFrame]:
        """Yields the frames of the source; times never go back."""
        first = last = None
        while True:
            is_read, pixels = self._capture.read()
            if not is_read:
                return
            now = time.monotonic() if self.live else self._capture.get(
                cv2.CAP_PROP_POS_MSEC) / 1000
            first = now if first is None else first
            seconds = now - first
            if last is not None and seconds <= last:  # the file has no times
                seconds = last + 1 / self.fps
            last = seconds
            yield TimedFrame(round(seconds, 6),
                             pixels[..., ::-1])  # BGR to RGB


def _open(source: str) -> Any:
    """Opens a source with OpenCV, which then prints no warnings."""
    logs = getattr(cv2.utils, 'logging', cv2)  # cv2 itself before OpenCV 5
    level = logs.getLogLevel()
    logs.setLogLevel(_SILENT)
    try:
        capture = cv2.VideoCapture(int(source) if source.isdigit() else source)
    finally:
        logs.setLogLevel(level)
    if not capture.isOpened():
        raise OSError(
            f'{without_password(source)} cannot be opened: check the number '
            'of the camera, the file or the URL, and that OpenCV can play it')
    return capture
