"""Prints what `make demo` measured."""
import argparse
import json
from pathlib import Path

ROWS = {
    'TC-CLIP': 'tcclip_motion',
    'frame-wise control': 'frame_wise_motion',
}
NUM_CLASSES = 4


def top1(folder: Path) -> float:
    """Returns the accuracy of the newest test below a work dir.

    Args:
        folder: the work dir that `tools/test.py` wrote to.

    Raises:
        FileNotFoundError: no test has run there.
    """
    results = sorted(folder.glob('test/*/*.json'))
    if not results:
        raise FileNotFoundError(f'{folder}/test holds no result: run `make '
                                'demo`, which tests before it comes here')
    return float(json.loads(results[-1].read_text())['acc/top1'])


def main() -> None:
    """Prints a row for each model, and chance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('work_dir', type=Path, help='where the demo ran')
    folder = parser.parse_args().work_dir
    print(f'\n{"top-1, 4x3 views":<24}')
    for name, run in ROWS.items():
        print(f'{name:<24}{top1(folder / run):7.1%}')
    print(f'{"chance":<24}{1 / NUM_CLASSES:7.1%}')
    print('\nThe validation videos, what was predicted and what the towers '
          'looked at:')
    for run in ROWS.values():
        print(f'  {(folder / run / "page/index.html").resolve().as_uri()}')


if __name__ == '__main__':
    main()
