"""Makes a small data set whose classes differ only in changes over time.

Bright shapes on dark backgrounds move, grow and shrink, change colour, or
stay. Position, size and colour of the shape in a single frame are distributed
alike in all classes, so that the class shows only in several frames together.
"""
import json
from pathlib import Path
from typing import Dict, List, Tuple

import cv2
import numpy as np
from mmengine.logging import print_log

from ...files import write_mp4

# which of x, y, radius and the three colour channels change over time
MOTIONS: Dict[str, Tuple[int, ...]] = {
    'a shape moves': (0, 1),
    'a shape grows and shrinks': (2, ),
    'a shape changes colour': (3, 4, 5),
    'a shape stays': (),
}
SPLITS = 'train', 'val'
_CORNERS = {
    'square': np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * 0.9,
    'triangle': np.array([[0, -1], [1, 0.5], [-1, 0.5]]),
}
# ranges of these six values; positions are shares of the picture
_LOW = np.array([0.25, 0.25, 0.08, 100, 100, 100])
_HIGH = np.array([0.75, 0.75, 0.22, 250, 250, 250])
_SWEEPS = 0.75, 1.5  # there and back, per video
FPS = 16
_SUBPIXEL_BITS = 4


def states_over_time(motion: str, frames: int,
                     rng: np.random.Generator) -> np.ndarray:
    """Draws position, size and colour of the shape in every frame.

    In every single frame, every value is uniform in its range. Values that
    change follow a triangular wave from a random phase; the others stay.

    Args:
        motion: a key of ``MOTIONS``.
        frames: number of frames, T.
        rng: source of all randomness.

    Returns:
        Centre x, centre y and radius as shares of the picture, and the colour
        in 0 to 255, ``(T, 6)``.

    Raises:
        ValueError: ``motion`` is unknown.
    """
    if motion not in MOTIONS:
        raise ValueError(f'motion must be one of {[*MOTIONS]}, but is '
                         f'{motion!r}.')
    levels = np.tile(rng.uniform(size=len(_LOW)), (frames, 1))
    for i in MOTIONS[motion]:
        phase, sweeps = rng.uniform(), rng.uniform(*_SWEEPS)
        times = phase + sweeps * np.arange(frames) / frames
        levels[:, i] = np.abs(2 * (times % 1) - 1)
    return _LOW + levels * (_HIGH - _LOW)


def draw_background(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draws a dark gradient between the colours of four random corners.

    Args:
        size: width and height in pixels.
        rng: source of all randomness.

    Returns:
        The picture, ``(size, size, 3)``, float32 in 0 to 80.
    """
    corners = rng.uniform(0, 80, size=(2, 2, 3)).astype(np.float32)
    return cv2.resize(corners, (size, size), interpolation=cv2.INTER_LINEAR)


def draw_mask(shape: str, place: np.ndarray, size: int) -> np.ndarray:
    """Draws a shape at a place between pixels.

    Args:
        shape: 'circle', 'square' or 'triangle'.
        place: centre x, centre y and radius, as shares of the picture.
        size: width and height in pixels.

    Returns:
        The share of each pixel that the shape covers, ``(size, size, 1)``.
    """
    mask = np.zeros((size, size), np.uint8)
    # OpenCV counts from the middle of the first pixel
    x, y, radius = place * size - (0.5, 0.5, 0)
    scale = 2**_SUBPIXEL_BITS
    if shape == 'circle':
        centre = round(x * scale), round(y * scale)
        cv2.circle(mask, centre, round(radius * scale), 255, -1, cv2.LINE_AA,
                   _SUBPIXEL_BITS)
    else:
        corners = (_CORNERS[shape] * radius + (x, y)) * scale
        cv2.fillPoly(mask, [corners.round().astype(np.int32)], 255,
                     cv2.LINE_AA, _SUBPIXEL_BITS)
    return mask[..., None].astype(np.float32) / 255


def motion_clip(motion: str, frames: int, size: int,
                rng: np.random.Generator) -> np.ndarray:
    """Draws a video of one random shape.

    Args:
        motion: a key of ``MOTIONS``.
        frames: number of frames, T.
        size: width and height in pixels.
        rng: source of all randomness.

    Returns:
        The frames, ``(T, size, size, 3)`` uint8 RGB.

    Raises:
        ValueError: ``motion`` is unknown.
    """
    states = states_over_time(motion, frames, rng)
    background = draw_background(size, rng)
    shape = rng.choice(['circle', *_CORNERS])
    clip = np.empty((frames, size, size, 3), np.uint8)
    for frame, state in zip(clip, states.astype(np.float32)):
        mask = draw_mask(shape, state[:3], size)
        noise = 4 * rng.standard_normal((size, size, 3), dtype=np.float32)
        picture = background + mask * (state[3:] - background) + noise
        frame[:] = picture.clip(0, 255)
    return clip[..., ::-1]  # drawn in BGR


def write_split(out: Path, split: str, settings: Dict[str, int]) -> None:
    """Writes the videos of a split and then their list, with a line a class.

    Args:
        out: folder of the data set, with ``videos/`` in it.
        split: one of ``SPLITS``.
        settings: as in ``make_data_set``.
    """
    lines: List[str] = []
    for label, motion in enumerate(MOTIONS):
        for i in range(settings[split]):
            # one seed per video, so that it does not depend on their number
            rng = np.random.default_rng(
                [settings['seed'],
                 SPLITS.index(split), label, i])
            name = f'videos/{split}_{label}_{i:04d}.mp4'
            write_mp4(
                out / name,
                motion_clip(motion, settings['frames'], settings['size'], rng),
                FPS)
            lines.append(f'{name} {label}\n')
        print_log(f'{split}: {settings[split]} videos, {motion}')
    (out / f'{split}.txt').write_text(''.join(lines), encoding='utf-8')


def make_data_set(out: Path, settings: Dict[str, int]) -> bool:
    """Writes the data set, unless it is there with the same settings.

    Args:
        out: folder for ``videos/``, ``train.txt``, ``val.txt``,
            ``classes.txt`` and ``settings.json``, which is written last.
        settings: the values of ``train``, ``val``, ``frames``, ``size`` and
            ``seed``.

    Returns:
        Whether the data set was written.
    """
    record = out / 'settings.json'
    if record.is_file() and json.loads(record.read_text()) == settings:
        return False
    record.unlink(missing_ok=True)
    (out / 'videos').mkdir(parents=True, exist_ok=True)
    names = ''.join(f'{name}\n' for name in MOTIONS)
    (out / 'classes.txt').write_text(names, encoding='utf-8')
    for split in SPLITS:
        write_split(out, split, settings)
    record.write_text(json.dumps(settings) + '\n', encoding='utf-8')
    return True
