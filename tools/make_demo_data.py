"""Makes a small data set whose classes differ only in changes over time.

    python tools/make_demo_data.py data/motion

Bright shapes on dark backgrounds move, grow and shrink, change colour, or
stay: the class shows only in several frames together.
"""
import argparse
from pathlib import Path
from typing import List, Optional

from _checkout import run_main  # also finds the package without installation

from projects.tc_clip.datasets.preparation.motion_videos import (FPS,
                                                                 make_data_set)


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument(
        'out', type=Path, metavar='OUT', help='data set folder')
    options = (
        ('train', 400, 1, 'training videos per class'),
        ('val', 24, 1, 'validation videos per class'),
        ('frames', 16, 2, f'frames per video, at {FPS} per second'),
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
    run_main(main)
