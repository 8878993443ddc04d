"""Reading a stream in a thread."""
import threading

import cv2
import numpy as np
import pytest

from projects.tc_clip.apis import stream_reader
from projects.tc_clip.apis.stream import TimedFrame
from projects.tc_clip.apis.stream_reader import (FrameQueue, StreamReader,
                                                 is_camera, is_url,
                                                 without_password)
from projects.tc_clip.datasets.video_reader import VideoReader
from projects.tc_clip.files import write_mp4


def frame(i):
    return TimedFrame(float(i), np.zeros((1, 1, 3), np.uint8))


def times(frames):
    return [frame.time for frame in frames]


class Camera:
    """Stands for ``cv2.VideoCapture``: bluish frames, as fast as possible."""
    frames, fps, count, opened, error = 100, 10., -1., True, None

    def __init__(self, source):
        self.source, self.left = source, self.frames

    def isOpened(self):
        return self.opened

    def get(self, what):
        values = {
            cv2.CAP_PROP_FPS: self.fps,
            cv2.CAP_PROP_FRAME_COUNT: self.count
        }
        return values.get(what, 0.)

    def read(self):
        if self.error:
            raise self.error
        self.left -= 1
        return self.left >= 0, np.full((2, 2, 3), (9, 5, 1), np.uint8)

    def release(self):
        self.left = 0


@pytest.fixture
def camera(monkeypatch):
    """Replaces OpenCV's; returns the class, whose values may be changed."""
    kind = type('Kind', (Camera, ), {})
    monkeypatch.setattr(cv2, 'VideoCapture', kind)
    return kind


def test_a_full_queue_drops_the_oldest_and_counts():
    queue = FrameQueue(3, drops=True)
    assert all(queue.put(frame(i)) for i in range(10))
    assert times(queue.take()) == [7, 8, 9] and queue.dropped == 7
    queue.put(frame(10))
    queue.close()
    assert not queue.put(frame(11))
    assert times(queue.take()) == [10] and queue.take() == []


def test_a_full_queue_of_a_file_waits():
    queue = FrameQueue(3, drops=False)
    thread = threading.Thread(
        target=lambda: [queue.put(frame(i)) for i in range(10)])
    thread.start()
    seen = []
    for _ in range(10):
        seen += times(queue.take())
        assert len(queue._frames) <= 3
    thread.join(5)
    assert seen == [*range(10)] and queue.dropped == 0


def test_closing_ends_the_wait_of_either_side():
    for wait in (FrameQueue(1, False).take, None):
        queue = FrameQueue(1, False) if wait is None else wait.__self__
        if wait is None:
            queue.put(frame(0))

            def wait():
                queue.put(frame(1))

        thread = threading.Thread(target=wait)
        thread.start()
        queue.close()
        thread.join(5)
        assert not thread.is_alive()


def test_a_file_gives_all_frames_and_their_times(own_video):
    expected = VideoReader(own_video, 1)
    with StreamReader(own_video, window=1) as reader:
        assert not reader.live and reader.fps == 10
        frames = [found for batch in reader for found in batch]
    assert times(frames) == pytest.approx(np.arange(30) / 10)
    assert all(
        np.abs(found.pixels.astype(int) - expected[i].asnumpy()).max() <= 2
        for i, found in enumerate(frames))
    assert reader.frames_read == 30 and reader.dropped == 0


@pytest.mark.parametrize('name', ['slow_then_fast.mp4', 'starts_at_5_s.mkv'])
def test_times_are_those_of_a_player(odd_video, name):
    path = odd_video(name)
    expected = VideoReader(path, 1)
    starts = expected.get_frame_timestamp(range(len(expected)))[:, 0]
    with StreamReader(path, window=1) as reader:
        found = times(found for batch in reader for found in batch)
    assert found == pytest.approx(starts - starts[0], abs=2e-3)


def test_a_camera_drops_what_a_slow_model_cannot_see(camera):
    with StreamReader('0', window=1) as reader:
        reader._thread.join(5)  # the model is busy
        [frames] = reader
    assert reader.live and reader._capture.source == 0
    assert len(frames) == 10 and reader.frames_read == 100
    assert reader.dropped == 90
    assert times(frames) == sorted(times(frames)) and frames[0].time > 0
    assert frames[0].pixels[0, 0].tolist() == [1, 5, 9]  # RGB


@pytest.mark.parametrize('source, count, live', [
    ('rtsp://camera/1', -9e15, True),
    ('http://camera/mjpeg', 0, True),
    ('http://server/film.mp4', 100, False),
    ('film.mp4', 100, False),
    ('film.h264', 0, False),
])
def test_what_has_an_end_is_not_live(camera, source, count, live):
    camera.count = count
    assert StreamReader(source, window=1).live == live


def test_files_without_times_use_their_frame_rate(camera):
    with StreamReader('film.h264', window=1) as reader:
        found = times(found for batch in reader for found in batch)
    assert found == pytest.approx(np.arange(100) / 10)


@pytest.mark.parametrize('fps', [0., 90000., float('nan')])
def test_frame_rates_without_sense_are_replaced(camera, fps):
    camera.fps = fps
    assert StreamReader('0', window=1).fps == 30


def test_leaving_stops_the_thread_in_the_middle(tmp_path):
    path = tmp_path / 'long.mp4'
    write_mp4(path, np.zeros((500, 16, 16, 3), np.uint8), 10)
    with StreamReader(str(path), window=1) as reader:
        next(iter(reader))
    assert not reader._thread.is_alive() and reader.frames_read < 500


def test_what_cannot_be_opened_is_one_line(camera, monkeypatch, tmp_path):
    camera.opened = False
    with pytest.raises(
            OSError, match='^rtsp://camera cannot be opened: check') as error:
        StreamReader('rtsp://me:secret@camera', window=1)
    assert 'secret' not in str(error.value)
    monkeypatch.undo()
    path = tmp_path / 'text.mp4'
    path.write_text('no video')
    with pytest.raises(OSError, match='text.mp4 cannot be opened'):
        StreamReader(str(path), window=1)


def test_opencv_warns_again_after_a_source_was_opened(camera):
    logs = getattr(stream_reader.cv2.utils, 'logging', stream_reader.cv2)
    level = logs.getLogLevel()
    StreamReader('0', window=1)
    assert logs.getLogLevel() == level != 0


def test_a_source_without_frames_is_an_error(camera):
    camera.frames = 0
    with StreamReader('0', window=1) as reader:
        with pytest.raises(OSError, match='0 was opened, but gives no frame'):
            [*reader]


def test_errors_of_the_thread_reach_the_reader(camera):
    camera.error = cv2.error('unplugged')
    with StreamReader('0', window=1) as reader:
        with pytest.raises(cv2.error, match='unplugged'):
            [*reader]


def test_kinds_of_sources():
    assert is_camera('0') and is_camera('/dev/null')
    assert not is_camera('film.mp4') and not is_camera('rtsp://0')
    assert is_url('rtsp://a') and not is_url('C:/film.mp4')
    assert without_password('rtsp://me:se@cret@a/b@c') == 'rtsp://a/b@c'
    assert without_password('film@home.mp4') == 'film@home.mp4'
