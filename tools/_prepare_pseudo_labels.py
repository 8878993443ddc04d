"""Lists of videos with CLIP's pseudo labels, for tools/prepare_data.py."""
import argparse
import csv
import io
from pathlib import Path
from typing import Any, List, Sequence, Set

import _checkout  # noqa: F401 - finds the package without installation

from projects.tc_clip.apis.feature_files import read_failures
from projects.tc_clip.apis.feature_reading import read_facts, read_feature
from projects.tc_clip.datasets.preparation.checked_lists import write_lines
from projects.tc_clip.datasets.preparation.pseudo_labels import (PseudoLabel,
                                                                 pseudo_labels,
                                                                 surest,
                                                                 surest_first)
from projects.tc_clip.datasets.video_lists import read_video_list
from projects.tc_clip.files import write_text

DESCRIPTION = """Labels videos by the class that CLIP finds most similar.

    python tools/extract_features.py VIDEOS --root DATA --out FEATURES \\
        --what logits --config zero_shot/maxi_k400.py --class-names DICTIONARY
    python tools/prepare_data.py pseudo-labels FEATURES \\
        --out DATA/train_maxi.txt

--out holds a line `path label` for each video that is kept, with paths below
the folder of --out. NAME.scores.csv beside it has the scores of all videos,
the surest first.
"""


def add_parsers(commands: Any) -> None:
    """Adds the subcommand.

    Args:
        commands: the subparsers of the tool.
    """
    parser = commands.add_parser(
        'pseudo-labels',
        help="a list of videos with CLIP's labels (MAXI)",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('features', type=Path, help='logits of tools/extract_features.py')
    add('--out', type=Path, required=True, metavar='LIST')
    add('--keep',
        type=float,
        default=0.9,
        metavar='SHARE',
        help='of the videos, those with the highest similarity (%(default)s)')
    add('--videos',
        type=Path,
        metavar='LIST',
        help='label only the videos of this list; its own labels do not count')
    parser.set_defaults(run=run)


def listed(file: Path, found: Set[str], features: Path) -> Set[str]:
    """Returns the videos of a list that have features.

    Args:
        file: the list.
        found: names of the videos that have features.
        features: their folder, which also names the videos that failed.

    Raises:
        ValueError: a video has no features, and did not fail.
    """
    names = {v.path for v in read_video_list(file, labelled=False)}
    failed = {*read_failures(features)} & names - found
    missing = sorted(names - found - failed)
    if missing:
        raise ValueError(
            f'{features} has no features of {len(missing)} of {len(names)} '
            f'videos of {file}, such as {missing[0]}: extract them, with '
            f'--root {file.parent}')
    if failed:
        print(f'warning: {len(failed)} videos of {file} are left out: they '
              'could not be read when features were extracted')
    return names & found


def scores_table(labels: Sequence[PseudoLabel], kept: Sequence[PseudoLabel],
                 names: Sequence[str]) -> str:
    """Returns the scores of all videos as CSV, the surest first.

    Args:
        labels: of all videos.
        kept: of those that the list has.
        names: class names.
    """
    table, in_list = io.StringIO(), {*kept}
    writer = csv.writer(table, lineterminator='\n')
    writer.writerow(['path', 'label', 'name', 'similarity', 'kept'])
    for found in surest_first(labels):
        path, label, score = found
        writer.writerow(
            [path, label, names[label], f'{score:.6f}',
             int(found in in_list)])
    return table.getvalue()


def check_paths(labels: Sequence[PseudoLabel], folder: Path) -> None:
    """Checks that a list in this folder will find its videos.

    Args:
        labels: of the videos of the list.
        folder: where it will lie.

    Raises:
        ValueError: a video is not there.
    """
    lost = [v.path for v in labels if not (folder / v.path).is_file()]
    if lost:
        raise ValueError(
            f'{len(lost)} of {len(labels)} videos are not below {folder}, '
            f'such as {lost[0]}: extract features with --root {folder}, and '
            'write the list there')


def run(args: argparse.Namespace) -> None:
    """Writes the list and the scores.

    Args:
        args: the command line.

    Raises:
        OSError: a file cannot be read or written.
        ValueError: there are no features, or the videos lie elsewhere.
    """
    facts = read_facts(args.features, 'logits')
    names: List[str] = facts['class_names']
    labels = pseudo_labels(
        (name, logits / facts['scale'])
        for name, logits in read_feature(args.features, 'logits'))
    if args.videos:
        wanted = listed(args.videos, {v.path for v in labels}, args.features)
        labels = [found for found in labels if found.path in wanted]
    kept = surest(labels, args.keep)
    check_paths(kept, args.out.parent)
    write_lines(args.out, [f'{path} {label}' for path, label, _ in kept])
    scores = args.out.with_suffix('.scores.csv')
    write_text(scores, scores_table(labels, kept, names))
    least = min(found.score for found in kept)
    print(f'{args.out}: {len(kept)} of {len(labels)} videos, of similarity '
          f'{least:.4f} or more, in {len({v.label for v in kept})} of '
          f'{len(names)} classes; scores in {scores}')
