"""Lists of your own videos, for tools/prepare_data.py."""
import argparse
import os
from pathlib import Path
from typing import Any, List, Sequence

import _checkout  # noqa: F401 - finds the package without installation

from projects.tc_clip.datasets.preparation.checked_lists import (write_lines,
                                                                 write_lost)
from projects.tc_clip.datasets.preparation.own_videos import (
    OwnVideo, classes_of, counts_of, videos_of_folders, videos_of_table,
    with_groups)
from projects.tc_clip.datasets.preparation.splits import (Split, check_share,
                                                          split_videos)
from projects.tc_clip.datasets.preparation.video_files import decode_errors
from projects.tc_clip.models.text.class_names import load_class_names

DESCRIPTION = """Lists your own videos, to fine-tune a model on their classes.

    python tools/prepare_data.py folder my_videos --out data/mine
    MINE=data/mine python tools/train.py configs/finetune/tcclip.py

FOLDER holds a folder for each class, or --table says what the videos show.
--out gets train.txt, val.txt, classes.txt, and broken.txt if videos cannot be
decoded. docs/finetune.md has the rest.
"""


def add_parsers(commands: Any) -> None:
    """Adds the subcommand.

    Args:
        commands: the subparsers of the tool.
    """
    parser = commands.add_parser(
        'folder',
        help='your own videos and classes',
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('folder', type=Path, metavar='FOLDER')
    add('--out', type=Path, required=True, metavar='FOLDER')
    add('--table',
        type=Path,
        metavar='FILE',
        help='.csv with the columns video, label and perhaps group; or lines '
        '"path label". A | separates several labels')
    add('--class-names',
        metavar='FILE',
        help='names of labels that are numbers in the table')
    add('--groups',
        metavar='PATTERN',
        help='regular expression that finds in a path which videos belong '
        "together, such as a person: '^[^/]*/([a-z]+)_'. A group is on one "
        'side of the split')
    add('--val-share',
        type=float,
        default=0.2,
        metavar='SHARE',
        help='share of the videos to validate on (%(default)s)')
    add('--seed', type=int, default=0, help='of the split')
    add('--workers',
        type=int,
        default=os.cpu_count(),
        metavar='N',
        help='processes that decode videos, to check them')
    parser.set_defaults(check=check_args, run=run)


def check_args(args: argparse.Namespace) -> None:
    """Refuses options out of their range.

    Args:
        args: the command line.

    Raises:
        ValueError: an option is.
    """
    check_share(args.val_share)
    if args.workers < 1:
        raise ValueError('--workers must be 1 or more')
    if args.class_names and not args.table:
        raise ValueError('--class-names goes with --table')


def find_videos(args: argparse.Namespace) -> List[OwnVideo]:
    """Returns the videos that the command line names.

    Args:
        args: the command line.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    if not args.folder.is_dir():
        raise FileNotFoundError(f'{args.folder}: no such folder')
    if args.table:
        names = args.class_names and load_class_names(args.class_names)
        videos = videos_of_table(args.table, args.folder, names)
    else:
        videos = videos_of_folders(args.folder)
    if args.groups:
        videos = with_groups(videos, args.groups, args.folder)
    return videos


def leave_out_broken(videos: Sequence[OwnVideo],
                     args: argparse.Namespace) -> List[OwnVideo]:
    """Returns the videos that can be decoded, and names the others.

    Args:
        videos: all videos.
        args: the command line.

    Raises:
        ValueError: none can be decoded.
    """
    errors = decode_errors([str(video.path) for video in videos], args.workers)
    report = args.out / 'broken.txt'
    if write_lost(report, [*errors.items()]):
        print(f'warning: {len(errors)} videos cannot be decoded and are left '
              f'out, see {report}')
    whole = [video for video in videos if str(video.path) not in errors]
    if not whole:
        raise ValueError(f'no video can be decoded, see {report}')
    return whole


def print_counts(split: Split, names: Sequence[str]) -> None:
    """Prints how many videos each class has.

    Args:
        split: the videos.
        names: class names.
    """
    train, val = counts_of(split.train, names), counts_of(split.val, names)
    width = max(map(len, (*names, 'class')))
    print(f'{"class":{width}}  train  val')
    for name in names:
        print(f'{name:{width}}  {train[name]:5}  {val[name]:3}')
    print(f'{"all":{width}}  {len(split.train):5}  {len(split.val):3}')
    absent = [name for name in names if not val[name]]
    if absent:
        print(f'warning: {len(absent)} classes have no validation video: '
              f'{", ".join(absent)}')


def run(args: argparse.Namespace) -> None:
    """Writes the lists and the class names.

    Args:
        args: the command line.
    """
    args.out.mkdir(parents=True, exist_ok=True)
    # relative paths between folders behind links would be wrong
    args.out, args.folder = args.out.resolve(), args.folder.resolve()
    videos = leave_out_broken(find_videos(args), args)
    split = split_videos(videos, args.val_share, args.seed)
    names = classes_of(videos)
    if len(names) < 2:
        raise ValueError(f'{args.folder} has the one class {names[0]!r}: a '
                         'model needs two or more to choose from')
    number = {name: str(i) for i, name in enumerate(names)}
    for part, listed in split._asdict().items():
        write_lines(args.out / f'{part}.txt', [
            ' '.join((os.path.relpath(video.path, args.out).replace(
                os.sep, '/'), *(number[label] for label in video.labels)))
            for video in listed
        ])
    write_lines(args.out / 'classes.txt', names)
    print_counts(split, names)
    groups = len({video.group for video in videos})
    rule = f'{groups} groups, none on both sides' if groups < len(
        videos) else 'of each class'
    print(f'split: {args.val_share:.0%} to validate, {rule}, seed {args.seed}')
    print(f'wrote train.txt, val.txt and classes.txt in {args.out}')
