"""Gives frames in memory to pipelines that read video files."""
from typing import Any, Dict, Sequence, Union

import numpy as np

from .rgb_frames import Batches, Frame

Frames = Union[np.ndarray, Sequence[np.ndarray]]


class ArrayReader(Batches):
    """Frames in memory, with the interface of a decord reader.

    Args:
        frames: RGB, ``(H, W, 3)`` uint8 each; at least one.
    """

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._next = 0

    def __len__(self) -> int:
        """Returns the number of frames."""
        return len(self._frames)

    def __getitem__(self, index: int) -> Frame:
        """Returns a frame."""
        return Frame(self._frames[index])

    def seek(self, index: int) -> None:
        """Goes to a frame, which :meth:`next` returns."""
        self._next = index

    def next(self) -> Frame:
        """Returns the next frame."""
        self._next += 1
        return self[self._next - 1]


def as_video(frames: Frames, name: str) -> Dict[str, Any]:
    """Returns what ``SafeDecordInit`` returns for a file of these frames.

    Args:
        frames: RGB, an array ``(T, H, W, 3)`` uint8 or a list of T arrays
            ``(H, W, 3)``.
        name: stands for the name of the file.

    Raises:
        ValueError: the frames have another shape or type, or there are none.
    """
    check_frames(frames, name)
    return dict(
        filename=name,
        label=-1,
        start_index=0,
        modality='RGB',
        video_reader=ArrayReader(frames),
        total_frames=len(frames))


def check_frames(frames: Frames, name: str) -> None:
    """Raises a ValueError unless frames are ``(T, H, W, 3)`` uint8.

    Args:
        frames: an array, or a list of arrays.
        name: named in the error.
    """
    wrong = ''
    if not isinstance(frames, (np.ndarray, Sequence)):
        wrong = f'is a {type(frames).__name__}'
    elif not len(frames):
        wrong = 'holds no frame'
    for i, frame in enumerate([] if wrong else frames):
        if not isinstance(frame, np.ndarray):
            wrong = f'has a {type(frame).__name__} as frame {i}'
        elif frame.ndim != 3 or frame.shape[2] != 3 or frame.size == 0:
            wrong = f'has a frame {i} of shape {frame.shape}'
        elif frame.dtype != np.uint8:
            wrong = f'has a frame {i} of {frame.dtype}'
        elif frame.shape != frames[0].shape:
            wrong = f'has frames of {frames[0].shape} and {frame.shape}'
        if wrong:
            break
    if wrong:
        raise ValueError(
            f'{name} {wrong}: a video in memory is an array (T, H, W, 3) of '
            'uint8 in RGB, or a list of T arrays (H, W, 3) of one size')
