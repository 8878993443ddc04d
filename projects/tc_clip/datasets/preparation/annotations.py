"""Reads the official annotation of the data sets, and draws videos from it.

Readers return named videos, pairs of a path and a class name. Lists consist of
entries, pairs of a path and a label.
"""
import csv
import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

NamedVideo = Tuple[str, str]
Entry = Tuple[str, int]


def find_files(folder: Path, pattern: str) -> List[Path]:
    """Returns the files at any depth whose names match a glob pattern.

    Args:
        folder: where to look; names that start with a dot are left out.
        pattern: glob pattern for the file name.

    Raises:
        FileNotFoundError: there is none.
    """
    files = sorted(
        file for file in folder.rglob(pattern)
        if not file.name.startswith('.'))
    if not files:
        raise FileNotFoundError(
            f'{folder} holds no {pattern}: unpack the official '
            'annotation there, or name its folder: --from official FOLDER')
    return files


def find_file(folder: Path, pattern: str) -> Path:
    """Returns the only file at any depth whose name matches.

    Args:
        folder: see :func:`find_files`.
        pattern: see :func:`find_files`.

    Raises:
        FileNotFoundError: there is none.
        ValueError: there are several.
    """
    files = find_files(folder, pattern)
    if len(files) > 1:
        raise ValueError(
            f'{folder} holds {len(files)} files {pattern}: '
            f'{", ".join(map(str, files))}: leave one of them there.')
    return files[0]


def _lines(file: Path) -> List[str]:
    """Returns the lines of a file that are not empty."""
    lines = file.read_text(encoding='utf-8').splitlines()
    return [line.strip() for line in lines if line.strip()]


def read_kinetics(folder: Path, part: str, split: int) -> List[NamedVideo]:
    """Reads ``label,youtube_id,time_start,time_end,split`` of Kinetics.

    Args:
        folder: holds ``*train*.csv`` and ``*val*.csv``.
        part: ``'train'`` or ``'val'``.
        split: ignored, Kinetics has only one.
    """
    file = find_file(folder, f'*{part}*.csv')
    with open(file, newline='', encoding='utf-8') as lines:
        rows = csv.DictReader(lines)
        columns = ['label', 'youtube_id', 'time_start', 'time_end']
        if not {*columns} <= {*(rows.fieldnames or [])}:
            raise ValueError(f'{file}: the first line must name the columns '
                             f'{columns}, but is {rows.fieldnames}.')
        return [('{}_{:06d}_{:06d}'.format(row['youtube_id'],
                                           int(float(row['time_start'])),
                                           int(float(row['time_end']))),
                 row['label']) for row in rows]


def read_hmdb51(folder: Path, part: str, split: int) -> List[NamedVideo]:
    """Reads ``CLASS_test_splitN.txt``, where 1 marks training, 2 testing.

    Args:
        folder: holds the 51 files of the split.
        part: ``'train'`` or ``'val'``.
        split: 1, 2 or 3.
    """
    mark = dict(train='1', val='2')[part]
    ending = f'_test_split{split}.txt'
    videos = []
    for file in find_files(folder, f'*{ending}'):
        name = file.name[:-len(ending)]
        for line in _lines(file):
            path, _, found = line.rpartition(' ')
            if found not in ('0', '1', '2'):
                raise ValueError(f'{file}: {line!r} must end in 0, 1 or 2.')
            if found == mark:
                videos.append((f'{name}/{path}', name.replace('_', ' ')))
    return videos


def read_ucf101(folder: Path, part: str, split: int) -> List[NamedVideo]:
    """Reads ``CLASS/VIDEO`` from ``trainlist0N.txt`` or ``testlist0N.txt``.

    Args:
        folder: holds the lists.
        part: ``'train'`` or ``'val'``.
        split: 1, 2 or 3.
    """
    kind = dict(train='train', val='test')[part]
    file = find_file(folder, f'{kind}list{split:02d}.txt')
    # training lines end in a number; the folder already names the class
    paths = [line.split()[0] for line in _lines(file)]
    return [(path, path.split('/')[0]) for path in paths]


def read_ssv2(folder: Path, part: str, split: int) -> List[NamedVideo]:
    """Reads ids and templates of Something-Something v2.

    Args:
        folder: holds ``*train.json`` and ``*validation.json``.
        part: ``'train'`` or ``'val'``.
        split: ignored, the data set has only one.
    """
    kind = dict(train='train', val='validation')[part]
    file = find_file(folder, f'*{kind}.json')
    videos = json.loads(file.read_text(encoding='utf-8'))
    if not all({'id', 'template'} <= {*video} for video in videos):
        raise ValueError(f"{file}: every video must have 'id' and 'template'.")
    # 'Closing [something]' is the class 'Closing something'
    return [(video['id'], re.sub(r'[\[\]]', '', video['template']))
            for video in videos]


def label_videos(videos: Sequence[NamedVideo], names: Sequence[str],
                 all_names: Sequence[str]) -> List[Entry]:
    """Replaces class names by labels, and keeps some of the classes.

    Args:
        videos: paths and class names.
        names: the classes to keep, in the order of their labels.
        all_names: the classes of the data set.

    Raises:
        ValueError: a class is unknown, or one to keep has no video.
    """
    found = {name for _, name in videos}
    unknown = sorted(found - {*all_names})
    if unknown:
        raise ValueError(f'The annotation has classes that configs/labels '
                         f'does not know: {unknown[:5]}: take the '
                         "data set's official annotation.")
    absent = [name for name in names if name not in found]
    if absent:
        raise ValueError(f'The annotation has no video of {absent[:5]}: '
                         "take the data set's whole official annotation.")
    label_of = {name: label for label, name in enumerate(names)}
    return [(path, label_of[name]) for path, name in videos
            if name in label_of]


def draw_shots(entries: Sequence[Entry], shots: int, seed: str) -> List[Entry]:
    """Draws videos of each class; a smaller draw is part of a larger one.

    The order comes from hashes, so that it is the same on every machine.

    Args:
        entries: paths and labels to draw from.
        shots: number of videos per class.
        seed: seed of the draw.

    Raises:
        ValueError: a class has fewer videos.
    """

    def chance(entry: Entry) -> bytes:
        return hashlib.sha256(f'{seed} {entry[0]}'.encode()).digest()

    taken: Counter = Counter()
    drawn = []
    for path, label in sorted(entries, key=chance):
        if taken[label] < shots:
            taken[label] += 1
            drawn.append((path, label))
    check_shots(taken, shots, 'The official training list')
    return sorted(drawn, key=lambda entry: entry[1])


def check_shots(counts: Dict[int, int], shots: int, where: str) -> None:
    """Checks that each class of a list has the same number of videos.

    Args:
        counts: the number of videos of each label.
        shots: the number that each label should have.
        where: name of the list in the message.

    Raises:
        ValueError: a label has another number of videos.
    """
    wrong = {key: n for key, n in sorted(counts.items()) if n != shots}
    if wrong:
        label, count = next(iter(wrong.items()))
        raise ValueError(f'{where} has {count} videos with label {label}, not '
                         f'{shots}; {len(wrong)} classes are like that.')
