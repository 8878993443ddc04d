"""Videos that are written while they are made."""
import cv2
import numpy as np
import pytest

from projects.tc_clip.visualization.mp4_writer import Mp4Writer


def grey(level, height=32, width=48):
    return np.full((height, width, 3), level, np.uint8)


def levels(path):
    """Reads the mean of every frame."""
    capture, found = cv2.VideoCapture(str(path)), []
    while True:
        is_read, pixels = capture.read()
        if not is_read:
            return found
        found.append(pixels.mean())


@pytest.fixture(params=['H.264', 'MPEG-4'])
def encoder(request, monkeypatch, without_pyav):
    """Either of the encoders."""
    if request.param == 'MPEG-4':
        without_pyav()
    return request.param


def write(path, frames, fps=10):
    writer = Mp4Writer(path, fps)
    for frame, seconds in frames:
        writer.write(frame, seconds)
    writer.close()


def test_steady_frames_are_written_once_each(tmp_path, encoder):
    path = tmp_path / 'new/a.mp4'
    write(path, [(grey(20 * i), i / 10) for i in range(10)])
    assert levels(path) == pytest.approx(np.arange(10) * 20, abs=4)
    code = int(cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FOURCC))
    assert (code.to_bytes(4, 'little') in (b'h264', b'avc1')) == (
        encoder == 'H.264')


def test_frames_are_repeated_and_left_out_to_keep_the_time(tmp_path, encoder):
    path = tmp_path / 'a.mp4'
    write(path, [(grey(0), 0), (grey(60), .3), (grey(90), .31),
                 (grey(120), .4)])
    assert levels(path) == pytest.approx([0, 60, 60, 60, 120], abs=4)


def test_colours_are_rgb_and_odd_sizes_lose_a_row(tmp_path, encoder):
    frame = grey(0, 33, 47)
    frame[..., 0] = 200  # red
    path = tmp_path / 'a.mp4'
    write(path, [(frame, 0)])
    _, pixels = cv2.VideoCapture(str(path)).read()
    assert pixels.shape == (32, 46, 3)
    assert pixels.mean((0, 1)) == pytest.approx([0, 0, 200], abs=8)  # BGR


def test_a_file_that_cannot_be_written_is_an_error(tmp_path, encoder):
    (tmp_path / 'a.mp4').mkdir()
    with pytest.raises(OSError, match='a.mp4'):
        write(tmp_path / 'a.mp4', [(grey(0), 0)])


def test_without_frames_there_is_no_file(tmp_path):
    write(tmp_path / 'a.mp4', [])
    assert not (tmp_path / 'a.mp4').exists()
