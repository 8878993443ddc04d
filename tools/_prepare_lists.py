"""Lists of the videos of a data set, for tools/prepare_data.py."""
import argparse
import os
from pathlib import Path
from typing import Any, Dict, List

import _checkout  # noqa: F401 - finds the package without installation
from _bulk import add_shard

from projects.tc_clip.config_files import config_folder
from projects.tc_clip.datasets.preparation.checked_lists import (check_lists,
                                                                 count_table,
                                                                 match_videos,
                                                                 write_lines,
                                                                 write_lists)
from projects.tc_clip.datasets.preparation.decode_record import DecodeRecord
from projects.tc_clip.datasets.preparation.list_sources import (
    Annotation, Clone, Listed, Problems, Source, check_class_names, read_lists)
from projects.tc_clip.datasets.preparation.list_specs import (DATA_SETS,
                                                              ListSpec)
from projects.tc_clip.datasets.preparation.rephrased_names import \
    copy_rephrased_names

LABELS = config_folder() / 'labels'


def add_parsers(commands: Any) -> None:
    """Adds a subcommand for each data set.

    Args:
        commands: the subparsers of the tool.
    """
    for name in DATA_SETS:
        parser = commands.add_parser(
            name,
            help=f'lists of {name}',
            description=f'Writes the lists of {name}, and checks its videos.')
        _add_source(parser)
        _add_checks(parser)
        parser.set_defaults(dataset=name, check=check_args, run=run)


def _add_source(parser: argparse.ArgumentParser) -> None:
    """Adds the options that choose lists and say where they come from."""
    add = parser.add_argument
    add('--from',
        dest='source',
        nargs='+',
        required=True,
        metavar=('official|tc-clip', 'FOLDER'),
        help="the data set's official annotation (FOLDER: its annotations/), "
        'or the lists in FOLDER, a clone of the official TC-CLIP repository')
    add('--lists',
        nargs='+',
        metavar='NAME[=FILE]',
        help='NAME prepares only this list, by default all; NAME=FILE takes '
        "the list from a file in place of the clone's")
    add('--seed', type=int, default=0, help='of random lists (%(default)s)')
    add('--numbering',
        choices=('names', 'published'),
        default='names',
        help='of hmdb51 --from official: published exchanges the labels that '
        'the official lists exchange (%(default)s)')
    add('--llm-labels',
        action='store_true',
        help="copy the clone's rephrased class names to the folder where "
        f'configs expect them: {LABELS / "llm"}')


def _add_checks(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say where videos lie and how to check them."""
    add = parser.add_argument
    add('--data',
        type=Path,
        default=os.environ.get('MMACTION_DATA', 'data'),
        help='folder above that of the data set ($MMACTION_DATA)')
    add('--decode', action='store_true', help='decode a frame of each video')
    add('--workers',
        type=int,
        default=os.cpu_count(),
        metavar='N',
        help='processes that decode (%(default)s)')
    add_shard(parser)
    add('--skip-missing',
        action='store_true',
        help='leave videos that are missing or broken out of the lists')


def check_args(args: argparse.Namespace) -> None:
    """Refuses options that exclude each other.

    Args:
        args: the command line.

    Raises:
        ValueError: options exclude each other.
    """
    kind, *folders = args.source
    published = args.numbering == 'published'
    if kind not in ('official', 'tc-clip') or len(folders) > 1:
        raise ValueError('--from takes official [FOLDER] or tc-clip FOLDER')
    if kind == 'tc-clip' and not folders:
        raise ValueError('--from tc-clip needs the folder of the clone')
    if kind == 'official' and args.llm_labels:
        raise ValueError('--llm-labels is for --from tc-clip')
    if kind == 'official' and any('=' in name for name in args.lists or ()):
        raise ValueError('--lists NAME=FILE is for --from tc-clip')
    if published and (kind, args.dataset) != ('official', 'hmdb51'):
        raise ValueError('--numbering published is for hmdb51 --from official')
    if args.workers < 1:
        raise ValueError('--workers must be 1 or more')
    if args.shard.total > 1 and not args.decode:
        raise ValueError(f'{args.shard}: shards are for --decode')


def chosen_lists(args: argparse.Namespace) -> List[ListSpec]:
    """Returns the lists to prepare.

    ``NAME`` selects a list; ``NAME=FILE`` alone leaves all lists selected.

    Args:
        args: the command line.

    Raises:
        ValueError: there is no list of that name.
    """
    specs = {
        spec.name: spec
        for spec in DATA_SETS[args.dataset].lists
        if args.source[0] == 'tc-clip' or not spec.subset
    }
    given = {name.partition('=')[0]: '=' in name for name in args.lists or ()}
    for name in given:
        if name not in specs:
            raise ValueError(
                f'{args.dataset} has no list {name!r} from {args.source[0]}: '
                f'choose from {", ".join(specs)}')
    return [specs[name] for name in (specs if all(given.values()) else given)]


def source_of(args: argparse.Namespace) -> Source:
    """Returns where the lists come from.

    Args:
        args: the command line.
    """
    kind, *folders = args.source
    if kind == 'tc-clip':
        given = [name.split('=', 1) for name in args.lists or ()]
        files = {name: Path(file) for name, *rest in given for file in rest}
        return Clone(Path(*folders), LABELS, files)
    folder = args.data / args.dataset / 'annotations'
    return Annotation(DATA_SETS[args.dataset], Path(*folders or [folder]),
                      LABELS, args.seed, args.numbering == 'published')


def prepare(args: argparse.Namespace) -> Problems:
    """Writes the lists that the command line asks for.

    Args:
        args: the command line.

    Returns:
        What is wrong with the lists that are not written.

    Raises:
        OSError: a folder cannot be found or written.
        ValueError: options or videos have errors.
    """
    root = args.data / args.dataset
    specs, source = chosen_lists(args), source_of(args)
    listed, problems = read_lists(specs, source)
    if args.llm_labels:
        names = [spec.labels for spec in specs if not spec.subset]
        for file in copy_rephrased_names(Path(args.source[1]), names, LABELS):
            print(f'{file}: copied from the clone')
    if listed:
        problems.update(_check_and_write(args, listed, source))
    for spec in listed:
        if spec.subset:
            write_lines(root / spec.subset.folder / 'classes.txt',
                        source.class_names(spec))
    return problems


def _check_and_write(args: argparse.Namespace, listed: Listed,
                     source: Source) -> Problems:
    """Writes the lists whose videos and class names are right."""
    root = args.data / args.dataset
    found = match_videos(listed, root)
    videos = sorted({path for path in found.values() if path})
    broken: Dict[str, str] = {}
    if args.decode:
        record = DecodeRecord(root, args.shard)
        left = record.decode(videos, args.workers)
        if left:
            print(f'{args.shard} is done. The lists are written when the '
                  f'other shards are: {len(left)} of {len(videos)} videos are '
                  'left')
            return {}
        broken = record.problems(videos)
    lists = check_lists(listed, found, broken)
    print(count_table(lists, args.source[0] == 'official'))
    warnings, problems = check_class_names(lists, source)
    for warning in sorted(warnings):
        print(f'warning: {warning}')
    right = [checked for checked in lists if checked.spec not in problems]
    return {**problems, **write_lists(right, root, args.skip_missing)}


def run(args: argparse.Namespace) -> None:
    """Prepares a data set.

    Args:
        args: the command line.

    Raises:
        OSError: a folder cannot be found or written.
        ValueError: options, videos or lists have errors.
    """
    problems = prepare(args)
    if problems:
        reasons = ''.join(f'\n  {spec.name}: {reason}'
                          for spec, reason in problems.items())
        raise ValueError(f'not written ({len(problems)} lists):{reasons}')
