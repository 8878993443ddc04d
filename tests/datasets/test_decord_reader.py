"""decord's frames are checked, and wrong ones are noticed."""
import numpy as np
import pytest
from decord import VideoReader as Decord

from projects.tc_clip.datasets.decord_checks import UnreliableError
from projects.tc_clip.datasets.decord_reader import DecordReader
from projects.tc_clip.datasets.pyav_reader import PyAVReader
from tests.odd_videos import by_ffmpeg_8

RIGHT = [
    'h264.mp4', 'h264.mkv', 'hevc.mp4', 'vp9.webm', 'mpeg4.avi',
    'slow_then_fast.mp4', 'rotated.mp4', 'anamorphic.mp4', 'interlaced.mp4',
    'starts_at_5_s.mp4', 'starts_at_5_s.mkv', 'half.avi', '8_pixels_wide.mp4',
    '72_pixels_wide.mp4'
]
WALKED = ['mpeg4_b_frames.avi', 'open_gop.mp4', 'open_gop.mkv']
REFUSED = {
    'h264.ts': 'cannot be searched',
    'mpeg2.mpg': 'frames without a time',
    'edit_list.mp4': 'its edit list hides',
    'edit_list_at_the_end.mp4': 'its edit list hides',
    'open_gop_edit_list.mp4': 'its edit list hides',
    'mirrored.mp4': 'mirrored',
    'ten_bit.mp4': '10 bits',
    'ten_bit.mkv': '10 bits',
    'ten_bit_hevc.mkv': '10 bits',
}


def close(frame, truth):
    """FFmpeg's releases round the inverse transform of MPEG-4 differently."""
    return frame.shape == truth.shape and \
        np.abs(frame.astype(int) - truth).max() <= 2


def read(reader, indices):
    return [reader[int(i)].asnumpy() for i in indices]


@pytest.mark.parametrize('name', RIGHT)
def test_frames_in_any_order_are_those_of_ffmpeg(name, odd_video, all_frames):
    truth, reader = all_frames(name), DecordReader(odd_video(name))
    assert len(reader) == len(truth)
    order = [*range(1, len(truth), 7), *range(len(truth) - 1, 0, -9), 24, 25]
    same = close if name.endswith('.avi') else np.array_equal
    for i, frame in zip(order, read(reader, order)):
        assert same(frame, truth[i]), i


@pytest.mark.parametrize('name', WALKED)
def test_without_jumps_frames_are_those_of_ffmpeg(name, odd_video, all_frames):
    truth, reader = all_frames(name), DecordReader(odd_video(name))
    order = [5, 30, 60, 61, 89, 50, 0, 24]
    assert any(
        not close(frame, truth[i])
        for i, frame in zip(order, read(Decord(odd_video(name)), order)))
    reader.walk()
    for i, frame in zip(order, read(reader, order)):
        assert close(frame, truth[i]), i


@pytest.mark.parametrize('name', ['open_gop.mp4', 'open_gop.mkv'])
def test_a_jump_that_ends_elsewhere_is_noticed(name, odd_video):
    reader = DecordReader(odd_video(name))
    with pytest.raises(UnreliableError, match='open GOP'):
        read(reader, [5, 50])


@pytest.mark.parametrize('name, reason', REFUSED.items())
def test_files_with_other_frames_are_not_opened(name, reason, odd_video):
    with pytest.raises(UnreliableError, match=reason):
        DecordReader(odd_video(name))


@pytest.mark.parametrize('name', [
    by_ffmpeg_8(name) if name == 'starts_at_5_s.mkv' else name
    for name in RIGHT + WALKED
])
def test_times_are_those_of_pyav(name, odd_video):
    readers = [kind(odd_video(name)) for kind in (DecordReader, PyAVReader)]
    ours, exact = [r.get_frame_timestamp(range(len(r))) for r in readers]
    assert ours[:, 0] == pytest.approx(exact[:, 0], abs=1e-3)
    assert ours[-1, 1] == pytest.approx(exact[-1, 1], abs=2e-3)


def test_frames_that_the_decoder_lacks_are_errors(odd_video, monkeypatch):
    """At the end of a file, decord goes back and returns earlier frames."""
    reader = DecordReader(odd_video('h264.mp4'))
    monkeypatch.setattr(DecordReader, '_position', lambda self: 20)
    with pytest.raises(RuntimeError, match='frame 20 cannot be decoded'):
        reader[20]


def test_the_end_of_a_file_is_an_error(odd_video, monkeypatch):
    reader = DecordReader(odd_video('h264.mp4'))
    monkeypatch.setattr(DecordReader, '_position', lambda self: 3)
    with pytest.raises(RuntimeError, match='the file ends too early'):
        reader[20]
