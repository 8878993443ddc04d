"""Clips of many videos, read in processes and scored in batches."""
import pickle
from pathlib import Path

import pytest
import torch

from projects.tc_clip.apis.reading import (Clip, ClipReader, Scored, Watch,
                                           Windows, read_clips, score_clips)
from projects.tc_clip.processes import Failure


@pytest.fixture
def some_videos(moving, tmp_path):
    """Two videos with a broken one between them."""
    (tmp_path / 'broken.mp4').write_bytes(b'no video')
    (first, _), (last, _), *_ = moving
    return [first, tmp_path / 'broken.mp4', last]


@pytest.mark.parametrize('batch_size', [1, 2, 5])
def test_results_are_those_of_the_inferencer(inferencer, some_videos,
                                             batch_size):
    reads = read_clips(inferencer, [(v, 0) for v in some_videos], 2)
    first, broken, last = score_clips(inferencer, reads, batch_size, top_k=2)
    expected = inferencer.predict(some_videos[::2], top_k=2)
    for found, prediction in zip((first, last), expected):
        assert found[2:] == (0, 1)
        assert found.result.label == prediction.label
        assert found.result.guesses[0].logit == pytest.approx(
            prediction.guesses[0].logit, abs=1e-5)
    assert broken[:1] == (some_videos[1], )
    assert broken.result.reason.startswith(f'{some_videos[1]} cannot be read')


def test_spans_are_those_of_a_timeline_and_start_where_asked(
        inferencer, some_videos):
    windows = Windows(0.5, 0.25)
    timeline = inferencer.timeline(some_videos[0], *windows)
    assert len(timeline) == 3
    reads = read_clips(inferencer, [(some_videos[0], 2), (some_videos[1], 1)],
                       2, windows)
    *found, broken = score_clips(inferencer, reads, 1)
    assert [s.number for s in found] == [*range(2, len(timeline))]
    assert {s.total for s in found} == {len(timeline)}
    for ours, theirs in zip(found, timeline[2:]):
        assert ours.result.span == theirs.span
        assert ours.result.guesses[0].logit == pytest.approx(
            theirs.guesses[0].logit, abs=1e-5)
    assert isinstance(broken.result, Failure)


def test_clips_cross_processes_unchanged(inferencer, moving):
    path, _ = moving[0]
    [(_, clip)] = read_clips(inferencer, [(path, 0)], 1)
    assert isinstance(clip, Clip) and clip.span is None
    expected = inferencer.pipeline(str(path))
    assert torch.equal(clip.inputs['inputs'], expected['inputs'])


def test_a_watch_tells_who_waits(monkeypatch):
    now = [0.]
    monkeypatch.setattr('time.monotonic', lambda: now[0])

    def slow():
        for i in range(4):
            now[0] += 3
            yield i

    watch = Watch()
    for _ in watch.on(slow()):
        now[0] += 1
    assert watch.waited == 12
    assert watch.note(4, 'videos') == \
        '0.25 videos/s, waiting for them 75% of the time'


def test_a_score_is_of_the_whole_video_by_default():
    assert Scored(Path('a'), Failure('x'))[2:] == (0, 1)


def test_a_reader_can_be_sent_to_a_new_process(inferencer, moving):
    """As macOS starts processes, which copy nothing of their parent."""
    path, _ = moving[0]
    reader = pickle.loads(pickle.dumps(ClipReader(inferencer, None)))
    [clip] = reader((path, 0))
    assert torch.equal(clip.inputs['inputs'],
                       inferencer.pipeline(str(path))['inputs'])
