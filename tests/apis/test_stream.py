"""Windows of a stream."""
import numpy as np
import pytest

from projects.tc_clip.apis.stream import SlidingWindow, TimedFrame, cut_stream
from projects.tc_clip.apis.time_spans import restrict, time_spans


def stream_of(times):
    """Yields frames whose pixels hold their place."""
    for i, time in enumerate(times):
        yield TimedFrame(time, np.full((1, 1, 3), i))


def places(window):
    return [int(frame[0, 0, 0]) for frame in window.frames]


def one_by_one(times):
    return ([frame] for frame in stream_of(times))


TIMES = {
    'steady': np.arange(100) / 25,
    'ntsc': np.arange(100) * 1001 / 30000,
    'milliseconds': np.round(np.arange(100) / 30, 3),
    'slow, then fast': np.r_[np.arange(3.), 3 + np.arange(40) / 20],
    'a gap': np.r_[np.arange(10) / 10, 4 + np.arange(10) / 10],
    'one frame': np.zeros(1),
}


@pytest.mark.parametrize('times', TIMES.values(), ids=TIMES)
@pytest.mark.parametrize('window, stride', [(1, .5), (1, .35), (.7, .1),
                                            (3, 3), (2, .49), (9, 1)])
def test_windows_are_the_spans_of_a_file(times, window, stride):
    seconds = 1 / 25
    found = [
        *cut_stream(one_by_one(times), SlidingWindow(window, stride), seconds)
    ]
    spans = time_spans(times[-1] + seconds, window, stride)
    assert [w.span for w in found] == [pytest.approx(span) for span in spans]
    table = np.stack([times, [*times[1:], times[-1] + seconds]], 1)
    video = dict(start_index=0, total_frames=len(times))
    for cut, span in zip(found, spans):
        part = restrict(video, table, span)
        first = part['start_index']
        assert places(cut) == [*range(first, first + part['total_frames'])]


def test_windows_come_as_soon_as_a_frame_follows_them():
    sliding = SlidingWindow(window=1, stride=.5)
    ends = []
    for frame in stream_of(np.arange(31) / 10):
        ends += [(window.span.end, frame.time)
                 for window in sliding.add(frame)]
    assert ends == [(end, pytest.approx(end)) for end in (1, 1.5, 2, 2.5, 3)]


def test_only_the_frames_of_a_window_are_kept():
    sliding = SlidingWindow(window=1, stride=.5)
    for frame in stream_of(np.arange(1000) / 10):
        sliding.add(frame)
        assert len(sliding._frames) <= 11


def test_a_slow_model_sees_the_newest_window_of_what_came():
    frames = [*stream_of(np.arange(100) / 10)]
    batches = [frames[:5], frames[5:11], frames[11:47], frames[47:]]
    found = [*cut_stream(batches, SlidingWindow(1, .5), .1, newest_only=True)]
    assert [w.span for w in found] == [(0, 1), (3.5, 4.5), (8.5, 9.5), (9, 10)]
    assert places(found[1]) == [*range(35, 45)]


def test_dropped_frames_leave_those_that_came():
    times = [*np.arange(10) / 10, *np.arange(25, 45) / 10]
    found = [
        *cut_stream(
            one_by_one(times), SlidingWindow(1, 1), .1, newest_only=True)
    ]
    assert [w.span for w in found] == [(1, 2), (2, 3), (3, 4), (3.5, 4.5)]
    assert places(found[-1]) == [*range(20, 30)]


def test_every_frame_is_seen_before_the_windows_that_it_ends():
    seen, log = [], []
    for window in cut_stream(
            one_by_one(np.arange(25) / 10),
            SlidingWindow(1, 1),
            .1,
            on_frame=lambda frame: seen.append(frame.time)):
        log.append((window.span.end, seen[-1]))
    assert log == [(1, 1.0), (2, 2.0), (2.5, 2.4)]


def test_a_stream_without_frames_has_no_window():
    assert [*cut_stream([], SlidingWindow(1, 1), .1)] == []


def test_windows_that_leave_gaps_are_refused():
    with pytest.raises(ValueError, match='window=1 and stride=2 must be'):
        SlidingWindow(1, 2)
