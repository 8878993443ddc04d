"""Reads videos and trains for a long time, and fails if the process grows.

    python tools/soak.py

Videos are of many kinds, and some are broken. The demo's model is trained.
"""
import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Dict, List, Optional, Sequence

import _checkout  # first: Ctrl-C then ends imports with one line
import numpy as np
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.hooks import Hook
from mmengine.runner import Runner

from projects.tc_clip.config_files import config_file
from projects.tc_clip.datasets import (SafeDecordDecode, SafeDecordInit,
                                       SegmentSample)
from projects.tc_clip.datasets.preparation.motion_videos import make_data_set
from projects.tc_clip.files import write_mp4
from projects.tc_clip.profiling.growth import (Held, grown, growth_table,
                                               held_after)
from projects.tc_clip.profiling.odd_videos import make_videos
from projects.tc_clip.profiling.reading import textured_frames

POINTS = 5
SIZES = [(32, 32), (48, 64), (64, 48), (72, 40), (90, 66),
         (128, 96), (160, 120), (176, 144), (240, 180), (320, 240), (400, 300),
         (640, 360)]


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument(
        '--videos', type=int, default=2000, metavar='N', help='readings')
    parser.add_argument(
        '--steps', type=int, default=500, metavar='N', help='of training')
    parser.add_argument(
        '--allowed',
        type=float,
        default=32,
        metavar='MIB',
        help='memory that may stay beyond the first point')
    args = parser.parse_args(argv)
    if min(args.videos, args.steps) < POINTS:
        parser.error(f'--videos and --steps must be {POINTS} or more')
    return args


def make_files(folder: Path) -> List[str]:
    """Makes 50 videos: of many kinds and sizes, and ten broken ones."""
    files = [*make_videos(folder)]
    for width, height in SIZES:
        files.append(folder / f'{width}x{height}.mp4')
        write_mp4(files[-1], textured_frames(width, height, 30), 10)
    whole = [f.read_bytes() for f in files[:8]]
    broken = [content[:len(content) // 3] for content in whole]
    for i, content in enumerate([*broken, b'', b'no video']):
        files.append(folder / f'broken_{i}{files[i % 8].suffix}')
        files[-1].write_bytes(content)
    return [*map(str, files)]


def watch_reading(folder: Path, count: int) -> List[Held]:
    """Reads videos in turn; returns what the process holds at five points."""
    files = make_files(folder)
    read = Compose([
        SafeDecordInit(on_error='blank'),
        SegmentSample(num_frames=8),
        SafeDecordDecode(on_error='blank')
    ])
    np.random.seed(0)
    readings = []
    for i in range(1, count + 1):
        read(dict(filename=files[i % len(files)], start_index=0))
        if i % (count // POINTS) == 0:
            readings.append(held_after(i))
    return readings[-POINTS:]


class WatchHook(Hook):
    """Reads what the process holds at some points of a training.

    Args:
        interval: steps from one point to the next.
    """

    def __init__(self, interval: int) -> None:
        self.interval = interval
        self.readings: List[Held] = []

    def after_train_iter(self,
                         runner: Runner,
                         batch_idx: int,
                         data_batch: Any = None,
                         outputs: Optional[Dict] = None) -> None:
        """Reads at every point; see mmengine's ``Hook``."""
        if (runner.iter + 1) % self.interval == 0:
            self.readings.append(held_after(runner.iter + 1))


def watch_training(folder: Path, steps: int) -> List[Held]:
    """Trains the demo; returns what the process holds at five points."""
    data = folder / 'motion'
    make_data_set(data, dict(train=40, val=1, frames=16, size=64, seed=0))
    config = Config.fromfile(config_file('demo/tcclip_motion.py'))
    config.train_dataloader.dataset.data_root = str(data)
    config.model.cls_head.class_names = str(data / 'classes.txt')
    config.merge_from_dict(
        dict(
            work_dir=str(folder / 'run'),
            log_level='WARNING',
            train_cfg=dict(
                _delete_=True, type='IterBasedTrainLoop', max_iters=steps),
            val_dataloader=None,
            val_evaluator=None,
            val_cfg=None,
            param_scheduler=None))
    watch = WatchHook(steps // POINTS)
    runner = Runner.from_cfg(config)
    runner.register_hook(watch)
    runner.train()
    return watch.readings[-POINTS:]


def report(name: str, readings: Sequence[Held], allowed: float) -> List[str]:
    """Prints a table; returns what grew."""
    print(growth_table(name, readings), end='\n\n', flush=True)
    return [f'{name}: {line}' for line in grown(readings, allowed)]


def main() -> None:
    """Reads and trains, and prints what the process holds meanwhile.

    Raises:
        SystemExit: something grew.
    """
    args = parse_args()
    with TemporaryDirectory() as folder:
        path = Path(folder)
        found = report('videos', watch_reading(path, args.videos),
                       args.allowed)
        found += report('steps', watch_training(path, args.steps),
                        args.allowed)
    if found:
        sys.exit('\n'.join(found))


if __name__ == '__main__':
    _checkout.run_main(main)
