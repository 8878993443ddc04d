"""Labels on the frames of a stream."""
import cv2
import numpy as np
import pytest

from projects.tc_clip.visualization import live_labels
from projects.tc_clip.visualization.live_labels import (LabelVideo,
                                                        LabelWindow,
                                                        draw_label)

FRAME = np.full((100, 200, 3), 90, np.uint8)


@pytest.mark.parametrize('text', ['run 50%', 'a' * 90, 'laufen über 50%'])
def test_the_text_is_in_a_dark_band(text):
    drawn = draw_label(FRAME, text)
    assert (drawn[10:] == 90).all() and (FRAME == 90).all()
    white = (drawn[:10] > 60).any(-1)
    assert white.any() and (drawn[:10][~white] >= 30).all()
    columns = np.flatnonzero(white.any(0))
    assert columns[0] >= 8 and columns[-1] < 196  # within the width
    assert drawn.dtype == np.uint8


def test_without_text_the_frame_is_as_it_was():
    drawn = draw_label(FRAME[..., ::-1], '')
    assert np.array_equal(drawn, FRAME) and drawn.flags.c_contiguous


def test_a_video_has_the_labels(tmp_path):
    path = tmp_path / 'a.mp4'
    video = LabelVideo(path, 10)
    for i in range(5):
        video.show(FRAME, i / 10, 'run' * (i > 2))
    video.close()
    capture = cv2.VideoCapture(str(path))
    bands = [capture.read()[1][:8, 150:].mean() for _ in range(5)]
    assert bands == pytest.approx([90, 90, 90, 30, 30], abs=6)


@pytest.fixture
def screen(monkeypatch):
    """A display that records; ``keys`` are pressed, one at each frame."""
    monkeypatch.setenv('DISPLAY', ':0')
    screen = dict(shown=[], keys=[-1, ord('q')], closed=[])
    monkeypatch.setattr(cv2, 'namedWindow', lambda *args: None)
    monkeypatch.setattr(cv2, 'imshow',
                        lambda title, frame: screen['shown'].append(frame))
    monkeypatch.setattr(cv2, 'waitKey', lambda delay: screen['keys'].pop(0))
    monkeypatch.setattr(cv2, 'destroyWindow', screen['closed'].append)
    return screen


def test_a_window_ends_with_q(screen):
    red = FRAME * np.array([1, 0, 0], np.uint8)
    window = LabelWindow()
    window.show(red, 0., '')
    with pytest.raises(KeyboardInterrupt):
        window.show(red, 1., '')
    window.close()
    assert screen['shown'][0][0, 0].tolist() == [0, 0, 90]  # BGR
    assert len(screen['shown']) == 2 and len(screen['closed']) == 1


def test_an_opencv_without_windows_is_an_error(screen, monkeypatch):

    def fail(*args):
        raise cv2.error('The function is not implemented.')

    monkeypatch.setattr(cv2, 'namedWindow', fail)
    with pytest.raises(OSError, match='opencv-python-headless'):
        LabelWindow()


def test_without_display_no_window_is_tried(screen, monkeypatch):
    monkeypatch.setattr(live_labels.sys, 'platform', 'linux')
    monkeypatch.delenv('DISPLAY')
    monkeypatch.delenv('WAYLAND_DISPLAY', raising=False)
    with pytest.raises(OSError, match='there is no display'):
        LabelWindow()
