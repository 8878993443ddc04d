"""Whatever reads a file, the frames are FFmpeg's, or there is an error."""
import numpy as np
import pytest

from projects.tc_clip.datasets.decord_checks import UnreliableError
from projects.tc_clip.datasets.decord_reader import DecordReader
from projects.tc_clip.datasets.pyav_reader import PyAVReader
from projects.tc_clip.datasets.video_reader import VideoReader, is_cut_off
from projects.tc_clip.profiling.odd_videos import KINDS
from projects.tc_clip.profiling.reader_table import sampled

NEEDS_PYAV = [
    'av1.mp4', 'h264.ts', 'mpeg2.mpg', 'edit_list.mp4',
    'edit_list_at_the_end.mp4', 'open_gop_edit_list.mp4', 'mirrored.mp4',
    'ten_bit.mp4', 'ten_bit.mkv', 'ten_bit_hevc.mkv'
]


def check_frames(path, truth):
    """Compares what one view and four views read."""
    for views in (1, 4):
        reader = VideoReader(path)
        assert len(reader) == len(truth)
        for i in sampled(len(truth), views):
            off = np.abs(reader[i].asnumpy().astype(int) - truth[i]).max()
            # FFmpeg's releases round MPEG-4 differently
            assert off <= (2 if path.endswith('.avi') else 0), i
    return reader


@pytest.mark.parametrize('name', KINDS)
def test_frames_are_those_of_ffmpeg(name, odd_video, all_frames):
    check_frames(odd_video(name), all_frames(name))


@pytest.mark.parametrize('name',
                         [name for name in KINDS if name not in NEEDS_PYAV])
def test_frames_are_the_same_without_pyav(name, odd_video, all_frames,
                                          without_pyav):
    path, truth = odd_video(name), all_frames(name)
    without_pyav()
    assert isinstance(check_frames(path, truth).reader, DecordReader)


@pytest.mark.parametrize('name', NEEDS_PYAV)
def test_where_decord_is_wrong_pyav_reads_or_an_error_names_it(
        name, odd_video, without_pyav):
    path = odd_video(name)
    assert isinstance(VideoReader(path).reader, PyAVReader)
    without_pyav()
    with pytest.raises(UnreliableError) as raised:
        VideoReader(path)
    assert 'pip install av' in raised.value.advice


def test_pyav_takes_over_where_a_jump_fails(odd_video, all_frames):
    reader = VideoReader(odd_video('open_gop.mp4'))
    assert isinstance(reader.reader, DecordReader)
    assert np.array_equal(reader[50].asnumpy(), all_frames('open_gop.mp4')[50])
    assert isinstance(reader.reader, PyAVReader)


def test_batches_are_checked_too(odd_video, all_frames):
    reader = VideoReader(odd_video('open_gop.mp4'))
    truth = all_frames('open_gop.mp4')
    batch = reader.get_batch([70, 2]).asnumpy()
    assert np.array_equal(batch, [truth[70], truth[2]])


def test_files_that_are_cut_off_are_noticed(odd_video, tmp_path):
    assert is_cut_off(odd_video('half.avi'))
    assert not is_cut_off(odd_video('mpeg4.avi'))
    content = open(odd_video('h264.mkv'), 'rb').read()
    assert not is_cut_off(content) and is_cut_off(content[:20_000])
