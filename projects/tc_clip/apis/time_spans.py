"""Cuts a long video into spans of time."""
import math
from typing import Dict, List, NamedTuple

from ..datasets.safe_decode import BrokenVideoError


class TimeSpan(NamedTuple):
    """A part of a video, in seconds from its start."""
    start: float
    end: float


def time_spans(duration: float, window: float,
               stride: float) -> List[TimeSpan]:
    """Cuts a video into spans of equal length.

    The last span ends with the video and may overlap more with the one before
    it. A video shorter than a window is one span.

    Args:
        duration: length of the video in seconds.
        window: length of a span in seconds.
        stride: seconds from the start of a span to that of the next.

    Raises:
        ValueError: the window or the stride is not above 0, or spans would
            leave gaps between them.
    """
    if not 0 < stride <= window:
        raise ValueError(
            f'window={window} and stride={stride} must be above 0 seconds, '
            'and the stride at most the window: else the time between two '
            'spans would be skipped')
    last = max(duration - window, 0.)
    steps = math.ceil(last / stride - 1e-6)
    starts = [i * stride for i in range(steps)] + [last]
    return [TimeSpan(s, min(s + window, duration)) for s in starts]


def duration(video: Dict) -> float:
    """Returns the length of an opened video in seconds.

    Args:
        video: output of ``SafeDecordInit``.

    Raises:
        BrokenVideoError: the file has no frame rate.
    """
    if not video['avg_fps'] > 0:
        raise BrokenVideoError(video['filename'],
                               'has no frame rate, so seconds mean nothing',
                               're-encode it, or predict it as a whole')
    return video['total_frames'] / video['avg_fps']


def restrict(video: Dict, span: TimeSpan) -> Dict:
    """Narrows an opened video to a span.

    Args:
        video: output of ``SafeDecordInit``, with ``total_frames``,
            ``start_index`` and ``avg_fps``.
        span: the part to keep; at least one frame of it is kept.

    Returns:
        A copy with other ``total_frames`` and ``start_index``.
    """
    total, rate = video['total_frames'], video['avg_fps']
    first = min(int(span.start * rate + 0.5), total - 1)
    end = max(min(int(span.end * rate + 0.5), total), first + 1)
    return dict(
        video,
        start_index=video['start_index'] + first,
        total_frames=end - first)
