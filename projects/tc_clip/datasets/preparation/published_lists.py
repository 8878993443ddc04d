"""Finds and reads lists in a clone of the official TC-CLIP repository."""
from collections import Counter
from pathlib import Path
from typing import Dict, Iterable, List, Sequence

from .annotations import Entry, check_shots
from .list_specs import DATA_SETS, ListSpec, Subset
from .video_files import stem_of

_LISTS = 'datasets_splits'
_ADVICE = 'give the right file by --lists NAME=FILE'


def check_clone(clone: Path) -> None:
    """Checks that a folder is the root of a clone.

    Args:
        clone: the folder.

    Raises:
        FileNotFoundError: it does not have the folder of the lists.
    """
    if not (clone / _LISTS).is_dir():
        raise FileNotFoundError(
            f'{clone} has no folder {_LISTS}: give the root of a clone of '
            'https://github.com/naver-ai/tc-clip')


def find_in_clone(clone: Path, spec: ListSpec) -> Path:
    """Returns the file of a list.

    Args:
        clone: root of the clone.
        spec: specification of the list.

    Raises:
        FileNotFoundError: there is no such file; the message names the files
            of the same data set that no other list uses.
    """
    file = clone / _LISTS / spec.in_clone
    if file.is_file():
        return file
    folder = file.parent.name
    others = {
        other.relative_to(clone / _LISTS).as_posix()
        for other in (clone / _LISTS).rglob(f'{folder}/*.txt')
    } - {s.in_clone
         for d in DATA_SETS.values()
         for s in d.lists}
    found = ', '.join(sorted(others)) or f'no other list in {folder}'
    raise FileNotFoundError(
        f'{file} is not there: get it, or give another file by '
        f'--lists {spec.name}=FILE. The clone has {found}')


def read_list(file: Path, classes: int) -> List[Entry]:
    """Reads lines ``path label``.

    Args:
        file: a published list.
        classes: number of classes; labels are 0 to ``classes - 1``.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a line is malformed.
    """
    if not file.is_file():
        raise FileNotFoundError(f'{file} is not there: correct the path')
    entries: List[Entry] = []
    for line in file.read_text(encoding='utf-8').splitlines():
        path, _, label = line.strip().rpartition(' ')
        if not path or not label.isdecimal() or int(label) >= classes:
            raise ValueError(f"{file}: {line!r} is not 'path label' with a "
                             f'label from 0 to {classes - 1}: check '
                             'that it is the right list.')
        entries.append((path, int(label)))
    return entries


def check_published(entries: Sequence[Entry], spec: ListSpec, classes: int,
                    file: Path) -> None:
    """Checks what is known of a published list.

    Args:
        entries: content of the file.
        spec: specification of the list.
        classes: number of its classes.
        file: the file, for the message.

    Raises:
        ValueError: a class has no video, or another number than it should, or
            the list has another length than the published one.
    """
    counts = Counter(label for _, label in entries)
    if spec.shots:
        check_shots({i: counts[i]
                     for i in range(classes)}, spec.shots, f'{file}')
    absent = [label for label in range(classes) if not counts[label]]
    if absent:
        raise ValueError(f'{file} has no video with the labels {absent[:5]}, '
                         f'but the list has {classes} classes: {_ADVICE}')
    if spec.published not in (None, len(entries)):
        raise ValueError(
            f'{file} has {len(entries)} lines, but the published list has '
            f'{spec.published}: {_ADVICE}')


def check_distinct(specs: Iterable[ListSpec], clone: Path,
                   given: Dict[str, Path]) -> Dict[ListSpec, str]:
    """Finds lists that would be read from the same file.

    Args:
        specs: specifications of the lists.
        clone: root of the clone.
        given: files of lists that are not taken from the clone, by name.

    Returns:
        What is wrong with each of these lists.
    """
    users: Dict[Path, List[ListSpec]] = {}
    for spec in specs:
        file = given.get(spec.name) or clone / _LISTS / spec.in_clone
        users.setdefault(file.resolve(), []).append(spec)
    return {
        spec:
        f'{file} is also the file of '
        f'{", ".join(other.name for other in group if other is not spec)}: '
        'give each list a different file'
        for file, group in users.items() if len(group) > 1 for spec in group
    }


def subset_names(clone: Path, subset: Subset,
                 names: Sequence[str]) -> List[str]:
    """Returns the class names of a subset in the order of its labels.

    The official repository numbers a subset anew. The name of a class is that
    of its videos in a list with all classes.

    Args:
        clone: root of the clone.
        subset: the subset.
        names: names of all classes.

    Raises:
        FileNotFoundError: one of the two lists is not there.
        ValueError: the lists disagree.
    """
    part = read_list(clone / _LISTS / subset.part, subset.classes)
    whole = read_list(clone / _LISTS / subset.whole, len(names))
    name_of = {stem_of(path): names[label] for path, label in whole}
    found: List[str] = []
    for i in range(subset.classes):
        videos = [stem_of(path) for path, label in part if label == i]
        known = {name_of.get(video) for video in videos}
        name = next(iter(known), None)
        if len(known) != 1 or name is None or name in found:
            raise ValueError(
                f'{subset.part} and {subset.whole} do not agree on the class '
                f'with label {i} ({sorted(map(str, known))}): take both from '
                'the same release of the clone')
        found.append(name)
    return found
