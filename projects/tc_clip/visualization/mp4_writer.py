"""Writes H.264, which browsers and chats play, frame by frame."""
from fractions import Fraction
from pathlib import Path
from typing import Any, Iterable, Optional

import numpy as np

from ..datasets.rgb_frames import import_av

_CODEC = 'libx264'
_QUALITY = '18'  # of x264's crf: letters stay sharp


def import_encoder() -> Any:
    """Returns the module ``av``, which has an encoder of H.264.

    Raises:
        ImportError: PyAV is not installed, or lacks the encoder.
    """
    av = import_av()
    try:
        av.Codec(_CODEC, 'w')
    except ValueError as error:
        raise ImportError(
            f'this PyAV has no {_CODEC}, which writes H.264: pip install '
            '--force-reinstall av') from error
    return av


class H264Encoder:
    """Writes H.264 in YUV 4:2:0 with PyAV.

    The index stands at the start of the file, so that a browser plays it
    before all of it has come.

    Args:
        path: the file.
        fps: frames per second.
        width: of a frame, even.
        height: of a frame, even.

    Raises:
        ImportError: see :func:`import_encoder`.
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, fps: float, width: int,
                 height: int) -> None:
        av = import_encoder()
        try:
            self._file = av.open(
                str(path), 'w', options=dict(movflags='+faststart'))
            self._stream: Any = self._file.add_stream(
                _CODEC, rate=Fraction(fps).limit_denominator(1001))
            self._stream.width, self._stream.height = width, height
            self._stream.pix_fmt = 'yuv420p'
            self._stream.options = dict(
                preset='veryfast', tune='zerolatency', crf=_QUALITY)
            self._file.start_encoding()
        except OSError as error:
            raise OSError(f'{path} cannot be written: {error}') from error
        self._as_frame = av.VideoFrame.from_ndarray

    def write(self, frame: np.ndarray) -> None:
        """Adds a frame, RGB ``(H, W, 3)`` uint8."""
        self._file.mux(self._stream.encode(self._as_frame(frame, 'rgb24')))

    def release(self) -> None:
        """Ends the file."""
        self._file.mux(self._stream.encode(None))
        self._file.close()


class Mp4Writer:
    """Writes frames that come at any time as a video of steady rate.

    A frame is repeated or left out, so that the video takes as long as what it
    shows. The last row and column of odd sizes are cut off, because H.264
    needs even ones.

    Args:
        path: the file; it is made with the first frame.
        fps: frames per second.

    Raises:
        ImportError: see :func:`import_encoder`.
    """

    def __init__(self, path: Path, fps: float) -> None:
        import_encoder()  # rather now than when the first frame has come
        self.path, self.fps = path, fps
        self._encoder: Optional[H264Encoder] = None
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
            self._encoder = H264Encoder(self.path, self.fps, width, height)
        picture = np.ascontiguousarray(frame[:height, :width])
        while self._written <= round(seconds * self.fps):
            self._encoder.write(picture)
            self._written += 1

    def close(self) -> None:
        """Ends the file, if there was a frame."""
        if self._encoder is not None:
            self._encoder.release()


def write_frames(path: Path, frames: Iterable[np.ndarray], fps: float) -> None:
    """Writes frames of one size as a video.

    Args:
        path: the file.
        frames: RGB, ``(H, W, 3)`` uint8 each.
        fps: frames per second.

    Raises:
        ImportError: see :func:`import_encoder`.
        OSError: the file cannot be written.
    """
    writer = Mp4Writer(path, fps)
    for number, frame in enumerate(frames):
        writer.write(frame, number / fps)
    writer.close()
