"""What reading a video costs: decoding it, and a config's whole pipelines.

Costs are core-seconds: loader workers use a thread each, so that a machine
reads as many videos per second as it has cores over the cost of one.
"""
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Dict, Iterator, List, Sequence, Tuple

import cv2
import numpy as np
from _measure import Call
from mmengine.config import Config
from mmengine.dataset import Compose

SIZES = (340, 256), (1280, 720)
FRAMES = 300
_FPS = 30

Row = Tuple[str, float, str, str]


def textured_frames(width: int, height: int,
                    frames: int) -> Iterator[np.ndarray]:
    """Draws a camera that pans over a blurred texture, with sensor noise.

    Yields:
        Frames ``(height, width, 3)``, uint8.
    """
    rng = np.random.default_rng(0)
    coarse = rng.uniform(64, 192, size=(height // 16, width // 16, 3))
    scene = cv2.resize(
        coarse, (width + frames, height), interpolation=cv2.INTER_CUBIC)
    noise = rng.normal(0, 4, size=(height, width + frames, 1))
    for i in range(frames):
        # noise moves against the scene, so that no frame repeats another's
        frame = scene[:, i:i + width] + noise[:, frames - i:][:, :width]
        yield frame.clip(0, 255).astype(np.uint8)


def write_video(path: Path, width: int, height: int, frames: int) -> None:
    """Encodes a video as MPEG-4 Part 2.

    Raises:
        OSError: OpenCV cannot write there, or has no such encoder.
    """
    writer = cv2.VideoWriter(
        str(path), cv2.VideoWriter.fourcc(*'mp4v'), _FPS, (width, height))
    if not writer.isOpened():
        raise OSError(f'{path} cannot be written. Cure: check the folder and '
                      'that OpenCV has FFmpeg (pip install opencv-python).')
    for frame in textured_frames(width, height, frames):
        writer.write(frame)
    writer.release()


def up_to_decode(pipeline: Sequence[Dict]) -> List[Dict]:
    """Returns the transforms up to the one that decodes, itself included.

    Raises:
        ValueError: No transform decodes.
    """
    kinds = [transform['type'] for transform in pipeline]
    for i, kind in enumerate(kinds):
        if kind.endswith('Decode'):
            return list(pipeline[:i + 1])
    raise ValueError('A pipeline must have a transform whose type ends in '
                     f"'Decode', but has {kinds}.")


def core_seconds(calls: Dict[str, Call], runs: int) -> Dict[str, float]:
    """Returns the median processor time of calls, made in turn.

    Args:
        calls: what to time, by name; each runs once before it counts.
        runs: rounds that count.
    """
    times: Dict[str, List[float]] = {name: [] for name in calls}
    for i in range(runs + 1):
        for name, call in calls.items():
            start = time.process_time()
            call()
            if i:
                times[name].append(time.process_time() - start)
    return {name: statistics.median(spent) for name, spent in times.items()}


def reading(pipeline: Sequence[Dict], path: Path, runs: int) -> Iterator[Row]:
    """Measures one pipeline on one video.

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
    for name, spent in core_seconds(calls, runs).items():
        yield (f'{path.stem}, {name}', spent, 's',
               f'{1 / spent:.2f} videos/s per core')


def made_videos(folder: Path) -> Iterator[Path]:
    """Yields a video of ten seconds at each of the usual sizes."""
    for width, height in SIZES:
        path = folder / f'mpeg4_{width}x{height}.mp4'
        write_video(path, width, height, FRAMES)
        yield path


def decoding(config: Config, runs: int,
             videos: Sequence[Path] = ()) -> Iterator[Row]:
    """Measures what validation and testing read, one process at a time.

    Args:
        config: a config with data loaders.
        runs: runs that count.
        videos: files to read. By default they are made, as MPEG-4 Part 2, for
            OpenCV brings no other encoder; H.264 costs more.

    Yields:
        As ``reading``.
    """
    cv2.setNumThreads(0)  # as MMEngine sets it in loader workers
    with TemporaryDirectory() as folder:
        for path in videos or made_videos(Path(folder)):
            for loader in config.val_dataloader, config.test_dataloader:
                yield from reading(loader.dataset.pipeline, path, runs)
