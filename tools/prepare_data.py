"""Writes MMAction2 list files for a data set, and checks its videos.

    python tools/prepare_data.py ucf101 --from official
    python tools/prepare_data.py ucf101 --from tc-clip CLONE --decode

docs/data.md says what to download, and which lists there are.
"""
import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Dict, List, Optional, Sequence

import _checkout  # noqa: F401 - finds the package without installation

from projects.tc_clip.config_files import config_folder
from projects.tc_clip.datasets.preparation.annotations import (Entry,
                                                               draw_shots,
                                                               label_videos)
from projects.tc_clip.datasets.preparation.checked_lists import (count_table,
                                                                 find_videos,
                                                                 write_lines,
                                                                 write_missing)
from projects.tc_clip.datasets.preparation.list_specs import (DATA_SETS,
                                                              ListSpec)
from projects.tc_clip.datasets.preparation.published_lists import (
    find_in_clone, llm_pattern, read_list)
from projects.tc_clip.models.text import load_class_names

LABELS = config_folder() / 'labels'


def parse_args(argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Reads the command line.

    Args:
        argv: arguments; None selects those of the process.
    """
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('dataset', choices=list(DATA_SETS))
    parser.add_argument(
        '--from',
        dest='source',
        nargs='+',
        required=True,
        metavar=('official|tc-clip', 'FOLDER'),
        help="the data set's official annotation (FOLDER: its annotations/), "
        'or the lists in FOLDER, a clone of the official TC-CLIP repository')
    parser.add_argument(
        '--data',
        type=Path,
        default=os.environ.get('MMACTION_DATA', 'data'),
        help='folder above that of the data set ($MMACTION_DATA)')
    parser.add_argument(
        '--lists',
        nargs='+',
        metavar='NAME[=FILE]',
        help='only these, by default all; FILE is for a list that is not '
        'found in the clone')
    parser.add_argument(
        '--decode', action='store_true', help='decode a frame of each video')
    parser.add_argument(
        '--workers',
        type=int,
        default=os.cpu_count(),
        metavar='N',
        help='processes that decode (%(default)s)')
    parser.add_argument(
        '--skip-missing',
        action='store_true',
        help='leave videos that are missing or broken out of the lists')
    parser.add_argument(
        '--seed',
        type=int,
        default=0,
        help='seed of random lists (%(default)s)')
    parser.add_argument(
        '--llm-labels',
        action='store_true',
        help="copy the clone's rephrased class names to the folder where "
        f'configs expect them: {LABELS / "llm"}')
    args = parser.parse_args(argv)
    _check_args(parser, args)
    return args


def _check_args(parser: argparse.ArgumentParser,
                args: argparse.Namespace) -> None:
    """Exits with a message if options exclude each other."""
    kind, *folders = args.source
    if kind not in ('official', 'tc-clip') or len(folders) > 1:
        parser.error('--from takes official [FOLDER] or tc-clip FOLDER')
    if kind == 'tc-clip' and not folders:
        parser.error('--from tc-clip needs the folder of the clone')
    if kind == 'official' and args.llm_labels:
        parser.error('--llm-labels is for --from tc-clip')
    if kind == 'official' and any('=' in name for name in args.lists or ()):
        parser.error('--lists NAME=FILE is for --from tc-clip')
    if args.workers < 1:
        parser.error('--workers must be 1 or more')


def chosen_lists(args: argparse.Namespace) -> Dict[ListSpec, Optional[Path]]:
    """Returns the lists to prepare, and files given for them.

    Args:
        args: the command line.

    Raises:
        ValueError: there is no list of that name.
    """
    specs = {spec.name: spec for spec in DATA_SETS[args.dataset].lists}
    chosen: Dict[ListSpec, Optional[Path]] = {}
    for choice in args.lists or specs:
        name, _, file = choice.partition('=')
        if name not in specs:
            raise ValueError(f'{args.dataset} has no list {name!r}: '
                             f'choose from {", ".join(specs)}')
        chosen[specs[name]] = Path(file) if file else None
    return chosen


def load_names(labels: str) -> List[str]:
    """Loads the class names of a file in ``configs/labels``."""
    return load_class_names(LABELS / f'{labels}.csv')


def official_entries(spec: ListSpec, args: argparse.Namespace) -> List[Entry]:
    """Makes a list from the data set's official annotation.

    Args:
        spec: specification of the list.
        args: the command line.
    """
    data_set = DATA_SETS[args.dataset]
    folder = args.data / args.dataset / 'annotations'
    if len(args.source) > 1:
        folder = Path(args.source[1])
    videos = data_set.read(folder, spec.part, spec.split)
    entries = label_videos(videos, load_names(spec.labels),
                           load_names(data_set.labels))
    if spec.shots:
        seed = f'{args.seed} {spec.draw}'
        entries = draw_shots(entries, spec.shots, seed)
    return entries


def published_entries(spec: ListSpec, file: Optional[Path],
                      args: argparse.Namespace) -> List[Entry]:
    """Reads a list of the official repository.

    Args:
        spec: specification of the list.
        file: the list; None searches for it in the clone.
        args: the command line.
    """
    file = file or find_in_clone(
        Path(args.source[1], 'datasets_splits'), '.txt',
        (DATA_SETS[args.dataset].in_clone, spec.in_clone),
        f'name the list by --lists {spec.name}=FILE')
    print(f'{spec.name}: {file}')
    # the length of base-to-novel lists is not published
    shots = spec.shots if spec.published else 0
    return read_list(file, len(load_names(spec.labels)), shots)


def find_llm_labels(args: argparse.Namespace,
                    specs: Sequence[ListSpec]) -> Dict[Path, Path]:
    """Finds the clone's rephrased class names of some lists.

    Args:
        args: the command line.
        specs: specifications of the lists.

    Returns:
        The path to copy each file to.

    Raises:
        ValueError: a file has another number of classes.
    """
    copies = {}
    for labels in sorted({spec.labels for spec in specs}):
        target = LABELS / f'llm/{labels}.json'
        data_set = DATA_SETS[args.dataset]
        file = find_in_clone(
            Path(args.source[1],
                 'labels'), '.json', (data_set.in_clone, llm_pattern(labels)),
            f'copy the file to {target} yourself, and leave out --llm-labels')
        names, ours = load_class_names(file), load_names(labels)
        if len(names) != len(ours):
            raise ValueError(f'{file} has {len(names)} classes, but '
                             f'{labels}.csv has {len(ours)}.')
        copies[file] = target
    return copies


def prepare(args: argparse.Namespace) -> bool:
    """Writes the lists that the command line asks for.

    Args:
        args: the command line.

    Returns:
        Whether the lists were written.

    Raises:
        OSError: a file cannot be found or written.
        ValueError: annotation, lists or videos have errors.
    """
    root = args.data / args.dataset
    chosen = chosen_lists(args)
    from_annotation = args.source[0] == 'official'
    listed = {
        spec: (official_entries(spec, args)
               if from_annotation else published_entries(spec, file, args))
        for spec, file in chosen.items()
    }
    copies = find_llm_labels(args, [*chosen]) if args.llm_labels else {}
    lists = find_videos(listed, root, args.workers if args.decode else 0)
    print(count_table(lists, from_annotation))
    for checked in lists:
        missing = write_missing(checked, root)
        if missing:
            print(f'{missing}: {len(checked.lost)} missing or broken')
    if any(checked.lost for checked in lists) and not args.skip_missing:
        print('No list is written: get these videos, or leave them out '
              'by --skip-missing')
        return False
    for spec, kept, _ in lists:
        write_lines(root / f'{spec.name}.txt',
                    [f'{path} {label}' for path, label in kept])
    for file, target in copies.items():
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, target)
        print(f'{target}: copied from {file}')
    return True


def main() -> None:
    """Prepares a data set."""
    args = parse_args()
    try:
        done = prepare(args)
    except (OSError, ValueError) as error:
        sys.exit(f'error: {error}')
    sys.exit(0 if done else 1)


if __name__ == '__main__':
    main()
