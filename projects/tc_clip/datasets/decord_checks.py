"""Recognises files of which decord reads wrong frames, by what it lists."""
import numpy as np

from .mp4_headers import Track
from .rgb_frames import INSTALL

# decord gives times as float32 seconds; containers round them to milliseconds.
_TOLERANCE = 2e-3
# The time of a packet without one is far below this.
UNKNOWN = -1e9


class UnreliableError(RuntimeError):
    """decord would read wrong frames of a file.

    Args:
        reason: what in the file makes it do so.
    """

    advice = (f'install PyAV, which reads such files: {INSTALL}, or re-encode '
              'the file')


def without_padding(pixels: np.ndarray) -> np.ndarray:
    """Returns frames without the padding of their rows.

    decord takes padding for further channels if a padded row is a multiple of
    the width, as for a width of 8 or 72.

    Args:
        pixels: ``(H, W, C)`` with C >= 3.

    Returns:
        ``(H, W, 3)``.
    """
    height, width, _ = pixels.shape
    rows = pixels.reshape(height, -1)[:, :3 * width]
    return rows.reshape(height, width, 3)


def even_times(count: int, rate: float) -> np.ndarray:
    """Returns the seconds ``(N, 2)`` of frames at a constant rate.

    Args:
        count: number of frames, N.
        rate: frames per second.
    """
    starts = np.arange(count) / (rate or 1.)
    return np.stack([starts, starts + 1 / (rate or 1.)], axis=1)


def check_times(starts: np.ndarray, keys: np.ndarray) -> None:
    """Checks that all packets of a video are frames that are shown.

    Args:
        starts: seconds at which frames are shown, ``(N, )``.
        keys: places of key frames in the order of decoding.

    Raises:
        UnreliableError: some packets are not, or cannot be decoded.
    """
    if starts.min() < UNKNOWN:
        raise UnreliableError('has frames without a time')
    if starts.min() < -_TOLERANCE:
        raise UnreliableError('has frames that its edit list hides')
    if (np.diff(starts) <= 0).any():
        raise UnreliableError('has several frames of the same time')
    if len(keys) == 0 or keys[0] != 0:
        raise UnreliableError('does not begin with a key frame')


def check_bits(bits: int) -> None:
    """Raises an UnreliableError if colours have more than 8 bits."""
    if bits > 8:
        raise UnreliableError(f'has {bits} bits for each colour')


def check_track(track: Track, last: float) -> None:
    """Checks that decord shows a track of an MP4 file as players do.

    Args:
        track: header of the track.
        last: seconds at which the last frame is shown.

    Raises:
        UnreliableError: decord does not.
    """
    if track.mirrored:
        raise UnreliableError('is mirrored by its header')
    check_bits(track.bits)
    hidden = track.parts and 0 < track.parts[0][0] < last - _TOLERANCE
    if len(track.parts) > 1 or hidden:
        raise UnreliableError('has frames that its edit list hides')
