"""Collects test results into the paper's tables, beside the paper's figures.

    python tools/collect_results.py work_dirs/zero_shot/tcclip_k400
    python tools/collect_results.py work_dirs/*/* --out DIR

The newest result of each work dir is used; to use another one, name the folder
of its time stamp. If there are several arguments, those without a result are
left out. There is a table for each protocol: the rows of the runs, below them
the rows of the paper, and the lists that were tested. The standard deviation
over splits is that of the population. --out also writes DIR/PROTOCOL.md and,
as a plot, DIR/PROTOCOL.png.
"""
import argparse
import sys
from pathlib import Path

from _checkout import run_main  # also finds the package without installation

from projects.tc_clip import evaluation
from projects.tc_clip.evaluation.plots import plot, videos_note
from projects.tc_clip.files import write_text


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        'work_dirs',
        nargs='+',
        type=Path,
        metavar='WORK_DIR',
        help='folder in which tools/test.py wrote results of a protocol')
    parser.add_argument(
        '--out', type=Path, metavar='DIR', help='write tables and plots here')
    return parser.parse_args()


def collect(args: argparse.Namespace) -> None:
    """Prints the tables, and writes them if asked to.

    Args:
        args: the command line.

    Raises:
        OSError: a result is missing, or a file cannot be written.
        ValueError: a result is broken.
    """
    files, notes = evaluation.find_results(args.work_dirs)
    for note in notes:
        print(note, file=sys.stderr)
    scores = [
        score for file in files for score in evaluation.read_scores(file)
    ]
    for protocol in evaluation.PROTOCOLS:
        ours = [score for score in scores if score.protocol == protocol]
        if not ours:
            continue
        others = evaluation.paper_rows(protocol)
        page = evaluation.as_markdown(protocol, ours, others)
        print(page)
        if args.out:
            write_text(args.out / f'{protocol}.md', page)
            plot(protocol,
                 evaluation.our_rows(protocol, ours) + others,
                 args.out / f'{protocol}.png', videos_note(ours))


def main() -> None:
    """Collects results."""
    try:
        collect(parse_args())
    except (OSError, ValueError) as error:
        sys.exit(f'error: {error}')


if __name__ == '__main__':
    run_main(main)
