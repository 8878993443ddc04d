"""Frames of PyAV become upright RGB."""
import sys

import numpy as np
import pytest

from projects.tc_clip.datasets.rgb_frames import (Frame, RGBConverter,
                                                  import_av, orientation)


@pytest.mark.parametrize('matrix', [
    (a, b, c, d) for a, b, c, d in [(1, 0, 0, 1), (-1, 0, 0, 1), (
        1, 0, 0, -1), (-1, 0, 0, -1), (0, 1, 1, 0), (0, -1, -1,
                                                     0), (0, 1, -1,
                                                          0), (0, -1, 1, 0)]
])
def test_a_matrix_moves_pixels_as_it_says(matrix):
    """x' = a x + c y and y' = b x + d y, moved into the picture."""
    a, b, c, d = matrix
    picture = np.arange(6).reshape(2, 3)
    places = np.array([(a * x + c * y, b * x + d * y) for y in range(2)
                       for x in range(3)])
    places -= places.min(0)
    wanted = np.empty(places.max(0)[::-1] + 1, int)
    for (x, y), value in zip(places, picture.flat):
        wanted[y, x] = value
    apply = dict(
        hflip=lambda p: p[:, ::-1],
        vflip=lambda p: p[::-1],
        transpose=lambda p: p.T)
    for name, _ in orientation((a, b, 0, c, d, 0, 0, 0, 1)):
        picture = apply[name](picture)
    assert np.array_equal(picture, wanted)


@pytest.mark.parametrize('name, move', [
    ('rotated.mp4', lambda frame: np.rot90(frame, -1)),
    ('mirrored.mp4', lambda frame: frame[:, ::-1]),
    ('anamorphic.mp4', lambda frame: frame),
])
def test_headers_only_move_pixels(name, move, odd_video, all_frames):
    """These files have the frames of h264.mp4, or were encoded alike."""
    for i in (0, 40):
        assert np.array_equal(
            all_frames(name)[i], move(all_frames('h264.mp4')[i]))


def test_sizes_may_change(odd_video):
    convert = RGBConverter()
    shapes = []
    for name in ('h264.mp4', '8_pixels_wide.mp4', 'h264.mp4'):
        with import_av().open(odd_video(name)) as container:
            shapes.append(convert(next(container.decode(video=0))).shape)
    assert shapes == [(128, 160, 3), (48, 8, 3), (128, 160, 3)]


def test_a_frame_gives_copies():
    frame = Frame(np.zeros((2, 2, 3), np.uint8))
    frame.asnumpy()[:] = 1
    assert not frame.asnumpy().any()


def test_a_missing_library_is_an_error(monkeypatch):
    monkeypatch.setitem(sys.modules, 'av', None)
    with pytest.raises(ImportError, match='pip install av'):
        import_av()
