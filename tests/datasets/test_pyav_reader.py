"""Frames by PyAV are FFmpeg's, in any order and from any kind of file."""
import numpy as np
import pytest

from projects.tc_clip.datasets.pyav_reader import PyAVReader
from projects.tc_clip.profiling.odd_videos import KINDS
from tests.odd_videos import by_ffmpeg_8

RNG = np.random.default_rng(0)


@pytest.mark.parametrize('name', KINDS)
def test_frames_in_any_order_are_those_of_ffmpeg(name, odd_video, all_frames):
    truth = all_frames(name)
    reader = PyAVReader(odd_video(name))
    assert len(reader) == len(truth) >= 30
    forth = [*range(1, len(truth), 7)]
    for i in [*forth, *RNG.permutation(len(truth))[:12]]:
        assert np.array_equal(reader[int(i)].asnumpy(), truth[i]), i


@pytest.mark.parametrize('name, starts', [
    ('h264.mp4', np.arange(90) / 30),
    ('h264.ts', np.arange(90) / 30),
    ('mpeg4_b_frames.avi', np.arange(90) / 30),
    ('edit_list.mp4', np.arange(60) / 30),
    ('slow_then_fast.mp4', [0, 1, 2, *(3 + np.arange(60) / 30)]),
    by_ffmpeg_8('slow_then_fast_b_frames.mp4',
                [0, 1, 2, *(3 + np.arange(60) / 30)]),
    ('starts_at_5_s.mp4', 5 + np.arange(90) / 30),
    by_ffmpeg_8('starts_at_5_s.mkv', 5 + np.arange(90) / 30),
])
def test_times_are_those_of_a_player(name, starts, odd_video):
    reader = PyAVReader(odd_video(name))
    times = reader.get_frame_timestamp(range(len(reader)))
    assert times[:, 0] == pytest.approx(np.array(starts), abs=2e-3)
    assert np.array_equal(times[:-1, 1], times[1:, 0])
    assert times[-1, 1] - times[-1, 0] == pytest.approx(1 / 30, abs=2e-3)
    steps = np.diff(times[:, 0])
    assert steps == pytest.approx(np.diff(starts), abs=1.1e-3)


def test_the_content_of_a_file_is_read_like_the_file(odd_video):
    path = odd_video('edit_list.mp4')
    content = PyAVReader(open(path, 'rb').read())
    frames = [reader[40].asnumpy() for reader in (content, PyAVReader(path))]
    assert np.array_equal(*frames)


def test_batches_and_steps_are_those_of_single_frames(odd_video, all_frames):
    reader, truth = PyAVReader(odd_video('h264.mp4')), all_frames('h264.mp4')
    batch = reader.get_batch(np.array([50, 3, 3])).asnumpy()
    assert np.array_equal(batch, [truth[50], truth[3], truth[3]])
    reader.seek(7)
    assert np.array_equal(reader.next().asnumpy(), truth[7])
    assert np.array_equal(reader.next().asnumpy(), truth[8])


@pytest.mark.parametrize('index', [-1, 90])
def test_there_are_no_frames_before_and_after(index, odd_video):
    with pytest.raises(IndexError, match=f'frame {index} of 90'):
        PyAVReader(odd_video('h264.mp4'))[index]


def test_a_file_without_video_is_refused(tmp_path):
    av = pytest.importorskip('av')
    path = str(tmp_path / 'a.wav')
    with av.open(path, 'w') as container:
        stream = container.add_stream('pcm_s16le', rate=8000, layout='mono')
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 800), np.int16), 's16', 'mono')
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    with pytest.raises(RuntimeError, match='it has no video'):
        PyAVReader(path)
