"""Spans of time of a long video."""
import numpy as np
import pytest

from projects.tc_clip.apis.time_spans import (TimeSpan, frame_times, restrict,
                                              time_spans)
from projects.tc_clip.datasets import BrokenVideoError


@pytest.mark.parametrize('length, starts', [
    (10, [0, 2, 4, 6, 7]),
    (9, [0, 2, 4, 6]),
    (3, [0]),
    (1, [0]),
])
def test_spans_cover_the_video(length, starts):
    spans = time_spans(length, window=3, stride=2)
    assert [span.start for span in spans] == starts
    assert all(s.end - s.start == min(3, length) for s in spans)
    assert spans[-1].end == length


def test_strides_that_are_no_binary_fraction_add_no_span():
    spans = time_spans(0.7 + 3 * 0.1, window=0.7, stride=0.1)
    assert len(spans) == 4


@pytest.mark.parametrize('window, stride', [(0, 0), (3, 0), (-1, -1), (2, 3)])
def test_spans_without_sense_are_refused(window, stride):
    with pytest.raises(ValueError, match=f'window={window} and stride='):
        time_spans(10, window, stride)


def times_of(starts, end):
    return np.array([starts, [*starts[1:], end]]).T


def test_spans_begin_with_the_first_frame():
    spans = time_spans(4, window=2, stride=1, start=5)
    assert spans == [(5, 7), (6, 8), (7, 9)]


@pytest.mark.parametrize('span, first, frames', [
    (TimeSpan(0, 1), 0, 25),
    (TimeSpan(1.5, 3), 37, 38),
    (TimeSpan(3.9, 9), 97, 3),
    (TimeSpan(4, 9), 99, 1),
    (TimeSpan(0, 0.001), 0, 1),
])
def test_a_span_has_the_frames_that_a_player_shows_in_it(span, first, frames):
    times = times_of(np.arange(100) / 25, 4)
    video = dict(total_frames=100, avg_fps=25, start_index=7, filename='x')
    part = restrict(video, times, span)
    assert part == dict(video, start_index=7 + first, total_frames=frames)
    assert video['total_frames'] == 100


@pytest.mark.parametrize('span, first, frames', [
    (TimeSpan(0, 1), 0, 1),
    (TimeSpan(2, 4), 2, 2),
    (TimeSpan(4.5, 5.5), 4, 16),
    (TimeSpan(5, 6), 5, 30),
    (TimeSpan(1.2, 1.4), 1, 1),
])
def test_frame_rates_may_vary(span, first, frames):
    """Five seconds at 1 fps, then five at 30 fps."""
    starts = np.concatenate([np.arange(5), 5 + np.arange(150) / 30])
    video = dict(total_frames=155, start_index=0)
    part = restrict(video, times_of(starts, 10), span)
    assert (part['start_index'], part['total_frames']) == (first, frames)


class Reader:
    """Stands for a reader of frames."""

    def __init__(self, times):
        self.times = times

    def get_frame_timestamp(self, indices):
        return self.times[np.asarray(indices)]


def test_times_are_those_of_the_reader():
    times = times_of(np.arange(3.), 3)
    video = dict(total_frames=3, filename='a.mp4', video_reader=Reader(times))
    assert np.array_equal(frame_times(video), times)


def test_a_video_without_times_is_refused():
    video = dict(
        total_frames=2,
        filename='a.mp4',
        video_reader=Reader(np.zeros((2, 2))))
    with pytest.raises(BrokenVideoError, match='a.mp4 has no frame rate'):
        frame_times(video)
    with pytest.raises(BrokenVideoError, match='a.mp4 is read by a list'):
        frame_times(dict(video, video_reader=[]))
