"""Headers of MP4 files."""
import io

import pytest

from projects.tc_clip.datasets.mp4_headers import Track, mp4_tracks


@pytest.mark.parametrize('name, mirrored, bits, delay', [
    ('h264.mp4', False, 8, 0),
    ('rotated.mp4', False, 8, 0),
    ('mirrored.mp4', True, 8, 0),
    ('ten_bit.mp4', False, 10, 0),
    ('edit_list.mp4', False, 8, 0),
    ('starts_at_5_s.mp4', False, 8, 5),
])
def test_tracks_of_files(name, mirrored, bits, delay, odd_video):
    with open(odd_video(name), 'rb') as file:
        picture, = [t for t in mp4_tracks(file) if t.kind == 'vide']
    assert (picture.mirrored, picture.bits) == (mirrored, bits)
    assert picture.delay == pytest.approx(delay, abs=0.01)
    assert len(picture.parts) == 1


def test_the_edit_begins_within_the_media(odd_video):
    with open(odd_video('edit_list.mp4'), 'rb') as file:
        track, = mp4_tracks(file)
    (duration, start), = track.parts
    assert duration == pytest.approx(2, abs=0.1) and start > 1000


def test_sound_is_a_track(odd_video):
    with open(odd_video('starts_at_5_s.mp4'), 'rb') as file:
        tracks = {track.kind: track for track in mp4_tracks(file)}
    assert tracks['soun'].delay == 0 and {*tracks} == {'soun', 'vide'}


def test_waits_are_added_up():
    track = Track('vide', [(1., -1), (2., -1), (4., 0), (8., -1)], False, 8)
    assert track.delay == 3 and track.parts == [(4., 0)]


@pytest.mark.parametrize('content', [
    b'', b'RIFF',
    bytes(64), b'\0\0\0\x08ftyp', b'\0\0\0\x08ftyp\xff\xff\xff\xffmoov' +
    bytes(8), b'\0\0\0\x08ftyp\0\0\0\0moov\0\0\0\x02trak'
])
def test_other_and_broken_files_have_no_tracks(content):
    assert mp4_tracks(io.BytesIO(content)) == []
