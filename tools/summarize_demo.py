"""Prints the results of `make demo`."""
import argparse
import sys
from pathlib import Path

import _checkout  # noqa: F401 - finds the package without installation

from projects.tc_clip.evaluation.result_files import stock_top1

ROWS = {
    'TC-CLIP': 'tcclip_motion',
    'frame-wise control': 'frame_wise_motion',
}
NUM_CLASSES = 4


def main() -> None:
    """Prints a row for each model, and chance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('work_dir', type=Path, help='work dir of the demo')
    folder = parser.parse_args().work_dir
    try:
        shares = {
            name: stock_top1(folder / run / 'test')
            for name, run in ROWS.items()
        }
    except (OSError, ValueError) as error:
        sys.exit(f'error: {error}. Run `make demo`, which trains and tests '
                 'before it runs this tool')
    print('\ntop-1, 4x3 views')
    for name, share in {**shares, 'chance': 1 / NUM_CLASSES}.items():
        print(f'{name:<24}{share:7.1%}')
    print('\nThe validation videos, with predictions and attention:')
    for run in ROWS.values():
        print(f'  {(folder / run / "page/index.html").resolve().as_uri()}')


if __name__ == '__main__':
    main()
