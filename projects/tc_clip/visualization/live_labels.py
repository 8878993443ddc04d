"""Shows a stream with its labels, in a window or as a video."""
import os
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .mp4_writer import Mp4Writer

_TITLE = 'tc-clip: q ends'
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_BAND = 0.1  # height of the band, as a share of the frame
_Q, _ESCAPE = ord('q'), 27


def draw_label(frame: np.ndarray, text: str) -> np.ndarray:
    """Returns a frame with a line of white text on a dark band at its top.

    Args:
        frame: RGB, ``(H, W, 3)`` uint8.
        text: is made as large as the band and the width of the frame allow.
            OpenCV's font has ASCII letters only, others become ``?``.
    """
    drawn = np.ascontiguousarray(frame).copy()
    if not text:
        return drawn
    height, width = frame.shape[:2]
    band = max(round(_BAND * height), 1)
    drawn[:band] //= 3
    (length, tall), below = cv2.getTextSize(text, _FONT, 1., 1)
    scale = min(0.9 * width / length, 0.8 * band / (tall + below))
    start = round(0.05 * width), round(0.85 * band - scale * below)
    cv2.putText(drawn, text, start, _FONT, scale, (255, 255, 255),
                max(round(2 * scale), 1), cv2.LINE_AA)
    return drawn


class LabelVideo:
    """Writes an .mp4 of the frames with their labels.

    Args:
        path: the file.
        fps: frames per second.
    """

    def __init__(self, path: Path, fps: float) -> None:
        self._writer = Mp4Writer(path, fps)

    def show(self, frame: np.ndarray, seconds: float, text: str) -> None:
        """Adds a frame.

        Args:
            frame: RGB, ``(H, W, 3)`` uint8.
            seconds: when it is shown, from the start of the stream.
            text: the label.
        """
        self._writer.write(draw_label(frame, text), seconds)

    def close(self) -> None:
        """Ends the file."""
        self._writer.close()


def check_display() -> None:
    """Raises an OSError if no window can be opened."""
    if sys.platform.startswith('linux') and not (
            os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')):
        raise OSError('there is no display')  # Qt would end the process
    try:
        cv2.namedWindow(_TITLE, cv2.WINDOW_NORMAL)
    except cv2.error as error:
        raise OSError(
            'this OpenCV opens no windows (opencv-python-headless)') from error


class LabelWindow:
    """Shows the frames with their labels in a window; q or Escape ends it.

    Raises:
        OSError: no window can be opened.
    """

    def __init__(self) -> None:
        check_display()

    def show(self, frame: np.ndarray, seconds: float, text: str) -> None:
        """Shows a frame.

        Args:
            frame: RGB, ``(H, W, 3)`` uint8.
            seconds: not used, see :class:`LabelVideo`.
            text: the label.

        Raises:
            KeyboardInterrupt: q or Escape was pressed.
        """
        cv2.imshow(_TITLE, draw_label(frame, text)[..., ::-1])
        key: Any = cv2.waitKey(1)
        if key & 0xFF in (_Q, _ESCAPE):
            raise KeyboardInterrupt

    def close(self) -> None:
        """Closes the window."""
        cv2.destroyWindow(_TITLE)
