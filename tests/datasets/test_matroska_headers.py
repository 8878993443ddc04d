"""Headers of Matroska and AVI files."""
import io

import pytest

from projects.tc_clip.datasets.matroska_headers import (missing_bytes,
                                                        picture_bits,
                                                        picture_delay)


@pytest.mark.parametrize('name, seconds', [
    ('h264.mkv', 0),
    ('vp9.webm', 0),
    ('starts_at_5_s.mkv', 5),
    ('starts_at_5_s.mp4', 0),
    ('mpeg4.avi', 0),
])
def test_seconds_from_the_first_sound_to_the_first_picture(
        name, seconds, odd_video):
    with open(odd_video(name), 'rb') as file:
        assert picture_delay(file) == pytest.approx(seconds, abs=1e-3)


@pytest.mark.parametrize('name, bits', [
    ('ten_bit.mkv', 10),
    ('ten_bit_hevc.mkv', 10),
    ('h264.mkv', 8),
    ('vp9.webm', 8),
    ('mpeg4.avi', 8),
])
def test_bits_of_a_colour(name, bits, odd_video):
    with open(odd_video(name), 'rb') as file:
        assert picture_bits(file) == bits


@pytest.mark.parametrize('name', ['h264.mkv', 'vp9.webm', 'mpeg4.avi'])
@pytest.mark.parametrize('lost', [0, 1, 5000])
def test_bytes_that_a_file_lacks(name, lost, odd_video):
    content = open(odd_video(name), 'rb').read()
    assert missing_bytes(io.BytesIO(content[:len(content) - lost])) == lost


@pytest.mark.parametrize('content', [
    b'', b'RIFF\0\0\0\0AVI ',
    bytes(64), b'\x1aE\xdf\xa3',
    b'\x1aE\xdf\xa3\x80\x18S\x80g\x01\xff\xff\xff\xff\xff\xff\xff'
])
def test_other_files_and_unknown_sizes(content):
    assert missing_bytes(io.BytesIO(content)) == 0
    assert picture_delay(io.BytesIO(content)) == 0
    assert picture_bits(io.BytesIO(content)) == 8
