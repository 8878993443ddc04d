"""Measures the cost of reading a video: its decoding and whole pipelines.

Costs are core-seconds. Loader workers use one thread each, so a machine reads
(number of cores / cost of a video) videos per second.
"""
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Dict, Iterator, List, Sequence, Tuple

import cv2
import numpy as np
from mmengine.config import Config
from mmengine.dataset import Compose

from ..files import write_mp4
from .measure import Call, interleaved, processor_seconds

SIZES = (340, 256), (1280, 720)
FRAMES = 300
_FPS = 30

Row = Tuple[str, float, str, str]


def textured_frames(width: int, height: int,
                    frames: int) -> Iterator[np.ndarray]:
    """Draws a camera that pans over a blurred texture, with sensor noise.

    Args:
        width: width in pixels.
        height: height in pixels.
        frames: number of frames.

    Yields:
        Frames ``(height, width, 3)``, uint8.
    """
    rng = np.random.default_rng(0)
    coarse = rng.uniform(64, 192, size=(height // 16, width // 16, 3))
    scene = cv2.resize(
        coarse, (width + frames, height), interpolation=cv2.INTER_CUBIC)
    noise = rng.normal(0, 4, size=(height, width + frames, 1))
    for i in range(frames):
        # noise moves against the scene, so that no two frames are equal
        frame = scene[:, i:i + width] + noise[:, frames - i:][:, :width]
        yield frame.clip(0, 255).astype(np.uint8)


def up_to_decode(pipeline: Sequence[Dict]) -> List[Dict]:
    """Returns the transforms up to and including the one that decodes.

    Args:
        pipeline: configs of all transforms.

    Raises:
        ValueError: no transform decodes.
    """
    kinds = [transform['type'] for transform in pipeline]
    for i, kind in enumerate(kinds):
        if kind.endswith('Decode'):
            return list(pipeline[:i + 1])
    raise ValueError('A pipeline must have a transform whose type ends in '
                     f"'Decode', but has {kinds}.")


def reading(pipeline: Sequence[Dict], path: Path, runs: int) -> Iterator[Row]:
    """Measures one pipeline on one video.

    Args:
        pipeline: configs of the transforms.
        path: the video file.
        runs: runs that count.

    Yields:
        Name, core-seconds, their unit and videos/s, for the decoding and for
        the whole pipeline.
    """
    decode, whole = Compose(up_to_decode(pipeline)), Compose(pipeline)

    def read(transforms: Compose) -> Dict[str, Any]:
        return transforms(
            dict(filename=str(path), label=0, start_index=0, modality='RGB'))

    views, _, frames, *_ = read(whole)['inputs'].shape
    calls: Dict[str, Call] = {
        f'decoding, {len(read(decode)["imgs"])} frames': lambda: read(decode),
        f'pipeline, {views} x {frames} frames': lambda: read(whole)
    }
    times = interleaved(calls, runs, processor_seconds)
    for name, each in times.items():
        spent = statistics.median(each)
        yield (f'{path.stem}, {name}', spent, 's',
               f'{1 / spent:.2f} videos/s per core')


def made_videos(folder: Path) -> Iterator[Path]:
    """Yields a video of ten seconds at each of the usual sizes."""
    for width, height in SIZES:
        path = folder / f'mpeg4_{width}x{height}.mp4'
        write_mp4(path, textured_frames(width, height, FRAMES), _FPS)
        yield path


def read_costs(config: Config, runs: int,
               videos: Sequence[Path] = ()) -> Iterator[Row]:
    """Measures the pipelines of validation and testing, in one process.

    Args:
        config: a config with data loaders.
        runs: runs that count.
        videos: files to read. By default videos are made, as MPEG-4 Part 2,
            because OpenCV ships with no other encoder; H.264 costs more.

    Yields:
        The rows of :func:`reading`.
    """
    cv2.setNumThreads(0)  # as MMEngine sets it in loader workers
    with TemporaryDirectory() as folder:
        for path in videos or made_videos(Path(folder)):
            for loader in config.val_dataloader, config.test_dataloader:
                yield from reading(loader.dataset.pipeline, path, runs)
