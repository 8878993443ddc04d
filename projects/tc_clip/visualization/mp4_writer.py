"""Writes a video frame by frame while it is made."""
from fractions import Fraction
from pathlib import Path
from typing import Any, Optional

import cv2
import numpy as np

from ..datasets.rgb_frames import import_av
from ..files import open_mp4


class H264Encoder:
    """Writes H.264, which browsers play, with PyAV.

    Args:
        path: the file.
        fps: frames per second.
        width: of a frame, even.
        height: of a frame, even.

    Raises:
        ImportError: PyAV is not installed.
        ValueError: its FFmpeg has no encoder of H.264.
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, fps: float, width: int,
                 height: int) -> None:
        av = import_av()
        av.Codec('libx264', 'w')
        try:
            self._file = av.open(str(path), 'w')
            self._stream: Any = self._file.add_stream(
                'libx264', rate=Fraction(fps).limit_denominator(1001))
            self._stream.width, self._stream.height = width, height
            self._stream.pix_fmt = 'yuv420p'
            self._stream.options = dict(preset='veryfast', tune='zerolatency')
            self._file.start_encoding()
        except OSError as error:
            raise OSError(f'{path} cannot be written: {error}') from error
        self._as_frame = av.VideoFrame.from_ndarray

    def write(self, frame: np.ndarray) -> None:
        """Adds a frame, BGR ``(H, W, 3)`` uint8."""
        self._file.mux(self._stream.encode(self._as_frame(frame, 'bgr24')))

    def release(self) -> None:
        """Ends the file."""
        self._file.mux(self._stream.encode(None))
        self._file.close()


def open_encoder(path: Path, fps: float, width: int, height: int) -> Any:
    """Opens an encoder of H.264 if PyAV has one, else of MPEG-4 Part 2.

    Args:
        path: the file.
        fps: frames per second.
        width: of a frame, even.
        height: of a frame, even.

    Raises:
        OSError: the file cannot be written.
    """
    try:
        return H264Encoder(path, fps, width, height)
    except (ImportError, ValueError):
        return open_mp4(path, fps, width, height)


class Mp4Writer:
    """Writes frames that come at any time as a video of steady rate.

    A frame is repeated or left out, so that the video takes as long as what it
    shows. The last row and column of odd sizes are cut off, because encoders
    need even ones.

    Args:
        path: the file; it is made with the first frame.
        fps: frames per second.
    """

    def __init__(self, path: Path, fps: float) -> None:
        self.path, self.fps = path, fps
        self._encoder: Optional[Any] = None
        self._written = 0

    def write(self, frame: np.ndarray, seconds: float) -> None:
        """Adds a frame.

        Args:
            frame: RGB, ``(H, W, 3)`` uint8.
            seconds: when it is shown, from the start of the video.

        Raises:
            OSError: the file cannot be written.
        """
        height, width = (size // 2 * 2 for size in frame.shape[:2])
        if self._encoder is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._encoder = open_encoder(self.path, self.fps, width, height)
        picture = cv2.cvtColor(frame[:height, :width], cv2.COLOR_RGB2BGR)
        while self._written <= round(seconds * self.fps):
            self._encoder.write(picture)
            self._written += 1

    def close(self) -> None:
        """Ends the file, if there was a frame."""
        if self._encoder is not None:
            self._encoder.release()
