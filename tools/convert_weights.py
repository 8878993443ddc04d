"""Converts checkpoints of other code bases to this project's, and back.

    python tools/convert_weights.py tc_clip SRC DST --clip openai
    python tools/convert_weights.py tc_clip SRC DST --reverse
"""
import argparse
from pathlib import Path
from typing import Optional, Sequence

from _checkout import run_main  # also finds the package without installation

from projects.tc_clip.clip.conversion import convert, revert
from projects.tc_clip.clip.foreign_files import LAYOUTS, WRITABLE


def parse_args(argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Reads the command line.

    Args:
        argv: arguments; None selects those of the process.
    """
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('layout', choices=list(LAYOUTS), help='layout of SRC')
    add('src', help='checkpoint; for openai also a tag of open_clip')
    add('dst', type=Path, help='file to write')
    add('--clip',
        metavar='TAG_OR_FILE',
        help='CLIP weights for the parts that SRC lacks, e.g. openai')
    add('--arch',
        default='ViT-B-16-quickgelu',
        help='open_clip architecture that tags refer to (%(default)s)')
    add('--reverse',
        action='store_true',
        help=f'SRC is ours, DST gets the layout ({", ".join(WRITABLE)})')
    args = parser.parse_args(argv)
    if args.reverse and args.layout not in WRITABLE:
        parser.error(f'--reverse is for {", ".join(WRITABLE)}, not for '
                     f'{args.layout}')
    if args.reverse and args.clip:
        parser.error('--reverse takes nothing from --clip')
    return args


def main(argv: Optional[Sequence[str]] = None) -> None:
    """Runs the conversion and prints a summary of the file.

    Args:
        argv: arguments; None selects those of the process.
    """
    args = parse_args(argv)
    if args.reverse:
        done = revert(args.layout, args.src, args.dst)
        print(f'{args.dst}: {len(done.state)} tensors')
        print(f'left out: {", ".join(done.left_out)}')
        print(f'given back from meta: {", ".join(done.leftovers) or "none"}')
        return
    done = convert(args.layout, args.src, args.dst, args.arch, args.clip)
    print(f'{args.dst}: {len(done.state)} tensors')
    print(f'from --clip: {", ".join(done.added) or "none"}')
    print(f'set aside in meta: {", ".join(done.leftovers) or "none"}')


if __name__ == '__main__':
    run_main(main)
