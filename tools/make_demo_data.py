"""Makes a small data set whose classes differ in what changes over time.

Bright shapes on dark backgrounds move, grow and shrink, change colour, or
stay. Position, size and colour of the shape in a single frame are distributed
alike in all classes, so that only frames together tell the class.
"""
import argparse
import json
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import cv2
import numpy as np

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
# ranges of what may change; places are shares of the picture
_LOW = np.array([0.25, 0.25, 0.08, 100, 100, 100])
_HIGH = np.array([0.75, 0.75, 0.22, 250, 250, 250])
_SWEEPS = 0.75, 1.5  # there and back, per video
_FPS = 16
_SUBPIXEL_BITS = 4


def states_over_time(motion: str, frames: int,
                     rng: np.random.Generator) -> np.ndarray:
    """Draws what the shape is like in every frame.

    Every value is uniform in its range in every single frame: what changes is
    a triangular wave from a random phase, the rest stays.

    Args:
        motion: A key of ``MOTIONS``.
        frames: Number of frames, T.
        rng: Source of all randomness.

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

    Returns:
        The picture, ``(size, size, 3)``, float32 in 0 to 80.
    """
    corners = rng.uniform(0, 80, size=(2, 2, 3)).astype(np.float32)
    return cv2.resize(corners, (size, size), interpolation=cv2.INTER_LINEAR)


def draw_mask(shape: str, place: np.ndarray, size: int) -> np.ndarray:
    """Draws a shape at a place between pixels.

    Args:
        shape: 'circle', 'square' or 'triangle'.
        place: Centre x, centre y and radius, as shares of the picture.
        size: Width and height in pixels.

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
        motion: A key of ``MOTIONS``.
        frames: Number of frames, T.
        size: Width and height in pixels.
        rng: Source of all randomness.

    Returns:
        The frames, ``(T, size, size, 3)``, uint8, in OpenCV's BGR.

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
    return clip


def write_video(path: Path, clip: np.ndarray) -> None:
    """Encodes frames ``(T, H, W, 3)`` as an mp4 file.

    Raises:
        OSError: OpenCV cannot write there, or has no mp4 encoder.
    """
    writer = cv2.VideoWriter(
        str(path), cv2.VideoWriter.fourcc(*'mp4v'), _FPS, clip.shape[2:0:-1])
    if not writer.isOpened():
        raise OSError(f'{path} cannot be written. Cure: check the folder and '
                      'that OpenCV has FFmpeg (pip install opencv-python).')
    for frame in clip:
        writer.write(frame)
    writer.release()


def write_split(out: Path, split: str, settings: Dict[str, int]) -> None:
    """Writes the videos of a split and then their list, with a line a class.

    Args:
        out: Folder of the data set, with ``videos/`` in it.
        split: One of ``SPLITS``.
        settings: As in ``make_data_set``.
    """
    lines: List[str] = []
    for label, motion in enumerate(MOTIONS):
        for i in range(settings[split]):
            # a seed of its own: a video does not depend on how many there are
            rng = np.random.default_rng(
                [settings['seed'],
                 SPLITS.index(split), label, i])
            name = f'videos/{split}_{label}_{i:04d}.mp4'
            write_video(
                out / name,
                motion_clip(motion, settings['frames'], settings['size'], rng))
            lines.append(f'{name} {label}\n')
        print(f'{split}: {settings[split]} videos, {motion}', flush=True)
    (out / f'{split}.txt').write_text(''.join(lines), encoding='utf-8')


def make_data_set(out: Path, settings: Dict[str, int]) -> bool:
    """Writes the data set, unless it is there with the same settings.

    Args:
        out: Folder for ``videos/``, ``train.txt``, ``val.txt``,
            ``classes.txt`` and ``settings.json``, which is written last.
        settings: The values of ``train``, ``val``, ``frames``, ``size`` and
            ``seed``.

    Returns:
        Whether there was anything to do.
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


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument(
        'out', type=Path, metavar='OUT', help='data set folder')
    options = (
        ('train', 96, 1, 'training videos per class'),
        ('val', 24, 1, 'validation videos per class'),
        ('frames', 32, 2, f'frames per video, at {_FPS} per second'),
        ('size', 64, 32, 'width and height in pixels'),
        ('seed', 0, 0, 'the same seed gives the same videos'),
    )
    for name, default, _, text in options:
        parser.add_argument(
            f'--{name}', type=int, default=default, metavar='N', help=text)
    args = parser.parse_args(argv)
    for name, _, least, _ in options:
        if getattr(args, name) < least:
            parser.error(f'--{name} must be {least} or more')
    return args


def main() -> None:
    """Makes the data set that the command line asks for."""
    settings = vars(parse_args())
    out = settings.pop('out')
    made = make_data_set(out, settings)
    print(f'{out}: {"complete" if made else "there already, nothing to do"}')


if __name__ == '__main__':
    main()
