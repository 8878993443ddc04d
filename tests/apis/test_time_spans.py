"""Spans of time of a long video."""
import pytest

from projects.tc_clip.apis.time_spans import (TimeSpan, duration, restrict,
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


@pytest.mark.parametrize('span, first, frames', [
    (TimeSpan(0, 1), 0, 25),
    (TimeSpan(1.5, 3), 38, 37),
    (TimeSpan(3.9, 9), 98, 2),
    (TimeSpan(4, 9), 99, 1),
    (TimeSpan(0, 0.001), 0, 1),
])
def test_a_span_is_a_run_of_frames(span, first, frames):
    video = dict(total_frames=100, avg_fps=25, start_index=7, filename='x')
    part = restrict(video, span)
    assert part == dict(video, start_index=7 + first, total_frames=frames)
    assert video['total_frames'] == 100


def test_seconds_need_a_frame_rate():
    video = dict(total_frames=50, avg_fps=25., filename='a.mp4')
    assert duration(video) == 2
    with pytest.raises(BrokenVideoError, match='a.mp4 has no frame rate'):
        duration(dict(video, avg_fps=0.))
