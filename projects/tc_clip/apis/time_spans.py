"""Cuts a long video into spans of time."""
import math
from typing import Dict, List, NamedTuple, Tuple

import numpy as np

from ..datasets.safe_decode import BrokenVideoError

# Containers round times to a millisecond, and readers to less.
ROUNDING = 1.5e-3


class TimeSpan(NamedTuple):
    """A part of a video, in seconds from its start."""
    start: float
    end: float


def time_spans(duration: float,
               window: float,
               stride: float,
               start: float = 0.) -> List[TimeSpan]:
    """Cuts a video into spans of equal length.

    The last span ends with the video and may overlap more with the one before
    it. A video shorter than a window is one span.

    Args:
        duration: length of the video in seconds.
        window: length of a span in seconds.
        stride: seconds from the start of a span to that of the next.
        start: second at which a player shows the first frame.

    Raises:
        ValueError: the window or the stride is not above 0, or spans would
            leave gaps between them.
    """
    check_spans(window, stride)
    last = max(duration - window, 0.)
    steps = math.ceil(last / stride - 1e-6)
    offsets = [i * stride for i in range(steps)] + [last]
    return [
        TimeSpan(start + t, start + min(t + window, duration)) for t in offsets
    ]


def check_spans(window: float, stride: float) -> None:
    """Raises a ValueError if spans would be empty or leave gaps.

    Args:
        window: length of a span in seconds.
        stride: seconds from the start of a span to that of the next.
    """
    if not 0 < stride <= window:
        raise ValueError(
            f'window={window} and stride={stride} must be above 0 seconds, '
            'and the stride at most the window: else the time between two '
            'spans would be skipped')


def frames_in(starts: np.ndarray, span: TimeSpan) -> slice:
    """Returns the places of the frames that a player shows in a span.

    Args:
        starts: seconds at which the frames are shown, in order, ``(N, )``.
        span: the part; at least one frame is in it.
    """
    bounds = np.searchsorted(starts,
                             [span.start + ROUNDING, span.end - ROUNDING])
    first = max(int(bounds[0]) - 1, 0)
    return slice(first, max(int(bounds[1]), first + 1))


def frame_times(video: Dict) -> np.ndarray:
    """Returns the seconds at which a player shows the frames of a video.

    Args:
        video: output of ``SafeDecordInit`` or ``SafePyAVInit``.

    Returns:
        Start and end of each frame, ``(N, 2)``.

    Raises:
        BrokenVideoError: the file has no times, or another transform opened
            it.
    """
    reader = video['video_reader']
    if not hasattr(reader, 'get_frame_timestamp'):
        raise BrokenVideoError(
            video['filename'], f'is read by a {type(reader).__name__}, which '
            'does not tell the times of frames', 'open it with SafeDecordInit '
            'or SafePyAVInit, or predict it as a whole')
    times = reader.get_frame_timestamp(range(video['total_frames']))
    if not times[-1, 1] > times[0, 0]:
        raise BrokenVideoError(video['filename'],
                               'has no frame rate, so seconds mean nothing',
                               're-encode it, or predict it as a whole')
    return times


def spans_of(video: Dict, window: float,
             stride: float) -> Tuple[np.ndarray, List[TimeSpan]]:
    """Cuts an opened video into spans, see :func:`time_spans`.

    Args:
        video: output of ``SafeDecordInit`` or ``SafePyAVInit``.
        window: length of a span in seconds.
        stride: seconds from one span to the next.

    Returns:
        Times of the frames, see :func:`frame_times`, and the spans.

    Raises:
        BrokenVideoError: the video has no times.
        ValueError: spans would leave gaps.
    """
    times = frame_times(video)
    start, end = times[0, 0].item(), times[-1, 1].item()
    return times, time_spans(end - start, window, stride, start)


def restrict(video: Dict, times: np.ndarray, span: TimeSpan) -> Dict:
    """Narrows an opened video to a span.

    Args:
        video: output of ``SafeDecordInit``, with ``total_frames`` and
            ``start_index``.
        times: output of :func:`frame_times`.
        span: the part to keep: the frames that a player shows in it, at least
            one.

    Returns:
        A copy with other ``total_frames`` and ``start_index``.
    """
    part = frames_in(times[:, 0], span)
    return dict(
        video,
        start_index=video['start_index'] + part.start,
        total_frames=part.stop - part.start)
