"""Prepares data: lists of videos, yours too, and what MAXI trains on.

    python tools/prepare_data.py folder my_videos --out data/mine
    python tools/prepare_data.py ucf101 --from official
    python tools/prepare_data.py ucf101 --from tc-clip CLONE --decode
    python tools/prepare_data.py pseudo-labels FEATURES --out train_maxi.txt
    python tools/prepare_data.py text-bags --help

docs/data.md says what to download, and which lists there are, docs/finetune.md
how to train on your own videos.
"""
import argparse
from typing import Optional, Sequence

import _prepare_folder
import _prepare_lists
import _prepare_pseudo_labels
import _prepare_text_bags
from _checkout import run_main

# Modules of the steps: each adds subcommands by `add_parsers(commands)`. A
# subcommand sets `run`, which gets the command line; and `check` if it refuses
# options that exclude each other.
STEPS = (_prepare_folder, _prepare_lists, _prepare_pseudo_labels,
         _prepare_text_bags)


def parse_args(argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Reads the command line.

    Args:
        argv: arguments; None selects those of the process.
    """
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(
        title='steps', metavar='STEP', required=True)
    for step in STEPS:
        step.add_parsers(commands)
    args = parser.parse_args(argv)
    if 'check' in args:
        try:
            args.check(args)
        except ValueError as error:
            parser.error(str(error))
    return args


def main() -> None:
    """Runs the step that the command line names."""
    args = parse_args()
    args.run(args)


if __name__ == '__main__':
    run_main(main)
