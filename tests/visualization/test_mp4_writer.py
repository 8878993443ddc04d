"""Videos that are written while they are made."""
import sys

import cv2
import numpy as np
import pytest

from projects.tc_clip.visualization import mp4_writer
from projects.tc_clip.visualization.mp4_writer import (Mp4Writer,
                                                       import_encoder,
                                                       write_frames)
from tests.browser import chromium  # noqa: F401

av = pytest.importorskip('av')


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


def write(path, frames, fps=10):
    writer = Mp4Writer(path, fps)
    for frame, seconds in frames:
        writer.write(frame, seconds)
    writer.close()


def test_steady_frames_are_written_once_each(tmp_path):
    path = tmp_path / 'new/a.mp4'
    write_frames(path, [grey(20 * i) for i in range(10)], 10)
    assert levels(path) == pytest.approx(np.arange(10) * 20, abs=4)


def test_the_codec_is_the_one_that_browsers_play(tmp_path):
    path = tmp_path / 'a.mp4'
    write_frames(path, [grey(20 * i) for i in range(10)], 12.5)
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert stream.codec_context.name == 'h264'
        assert stream.codec_context.pix_fmt == 'yuv420p'
        assert stream.average_rate == 12.5 and stream.frames == 10
    content = path.read_bytes()  # the index comes before the frames
    assert content.index(b'moov') < content.index(b'mdat')


def test_chromium_plays_it(tmp_path, chromium):  # noqa: F811
    write_frames(tmp_path / 'a.mp4', [grey(10 * i) for i in range(20)], 10)
    page = tmp_path / 'page.html'
    page.write_text('<video src="a.mp4" muted></video>')
    chromium.get(page.as_uri())
    seen = chromium.execute_async_script('''
        const [video, done] = [document.querySelector('video'), arguments[0]];
        video.onerror = () => done([video.error.message]);
        video.ontimeupdate = () => video.currentTime > 0.3 && done(
            [video.videoWidth, video.videoHeight, video.duration]);
        video.play();''')
    assert seen == [48, 32, 2]


def test_frames_are_repeated_and_left_out_to_keep_the_time(tmp_path):
    path = tmp_path / 'a.mp4'
    write(path, [(grey(0), 0), (grey(60), .3), (grey(90), .31),
                 (grey(120), .4)])
    assert levels(path) == pytest.approx([0, 60, 60, 60, 120], abs=4)


def test_colours_are_rgb_and_odd_sizes_lose_a_row(tmp_path):
    frame = grey(0, 33, 47)
    frame[..., 0] = 200  # red
    path = tmp_path / 'a.mp4'
    write(path, [(frame, 0)])
    _, pixels = cv2.VideoCapture(str(path)).read()
    assert pixels.shape == (32, 46, 3)
    assert pixels.mean((0, 1)) == pytest.approx([0, 0, 200], abs=8)  # BGR


def test_a_file_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / 'a.mp4').mkdir()
    with pytest.raises(OSError, match='a.mp4'):
        write(tmp_path / 'a.mp4', [(grey(0), 0)])


def test_without_frames_there_is_no_file(tmp_path):
    write(tmp_path / 'a.mp4', [])
    assert not (tmp_path / 'a.mp4').exists()


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(mp4_writer, '_CODEC', 'none')
    with pytest.raises(ImportError, match='no none, .*--force-reinstall av'):
        import_encoder()
    monkeypatch.setitem(sys.modules, 'av', None)
    with pytest.raises(ImportError, match='pip install av'):
        Mp4Writer(tmp_path / 'a.mp4', 10)
