"""Reads lists of videos with their labels, and names wrong lines."""
import os
import re
from pathlib import Path
from typing import List, NamedTuple, Tuple, Union

from ..files import read_text

UNLABELLED = -1


class ListedVideo(NamedTuple):
    """A line of a list.

    Attributes:
        path: the video, as the list names it; it may contain spaces.
        labels: its labels, one unless the list has several for each video.
    """
    path: str
    labels: Tuple[int, ...]


def _is_number(field: str) -> bool:
    """Returns whether a field is a whole number, as labels are."""
    # Python reads no more than 4300 digits, and no label needs 10
    return re.fullmatch(r'[+-]?\d{1,9}', field) is not None


def _missing(line: str, delimiter: str) -> str:
    """Says why a line seems to have no label."""
    for name, other in (('a comma', ','), ('a tab', '\t'), ('a space', ' ')):
        if other != delimiter and _is_number(line.rpartition(other)[2]):
            return (f'has {name} before its label in place of {delimiter!r}: '
                    f'set delimiter={other!r} in the data set')
    return f'has no label: write a number after {delimiter!r}'


def parse_line(line: str,
               delimiter: str = ' ',
               several: bool = False,
               labelled: bool = True) -> ListedVideo:
    """Splits a line into a path and its labels.

    Args:
        line: the line, not blank.
        delimiter: what stands between fields. The path may contain it.
        several: whether all whole numbers at the end are labels, rather than
            the last one.
        labelled: whether each video must have a label; else a video without
            one has :data:`UNLABELLED`.

    Raises:
        ValueError: a label is missing or negative.
    """
    fields = line.strip().split(delimiter)
    labels: List[int] = []
    while len(fields) > 1 and _is_number(fields[-1]) and (several
                                                          or not labels):
        labels.insert(0, int(fields.pop()))
    path = delimiter.join(fields).strip()
    if not labels:
        if labelled:
            raise ValueError(_missing(line.strip(), delimiter))
        labels = [UNLABELLED]
    lowest = 0 if labelled else UNLABELLED
    if min(labels) < lowest:
        raise ValueError(f'has the label {min(labels)}: labels count from 0')
    return ListedVideo(path, tuple(labels))


def _no_list(path: Path) -> str:
    """Says what to do about a list that is not there."""
    folder = path.parent
    others = [file.name for file in sorted(folder.glob('*.txt'))]
    if others:
        more = ', ...' if len(others) > 6 else ''
        return (f'{path}: no such list of videos. {folder} has '
                f'{", ".join(others[:6])}{more}: set ann_file, or SHOTS in '
                'few-shot configs, to one of them')
    root = os.getenv('MMACTION_DATA')
    where = f'is {root}' if root else 'is not set, which means data'
    return (f'{path}: no such list of videos. tools/prepare_data.py writes '
            'those of the data sets (docs/data.md); MMACTION_DATA names the '
            f'folder above them, and {where}. For your own videos, set '
            'data_root and ann_file')


def read_video_list(path: Union[str, Path],
                    delimiter: str = ' ',
                    several: bool = False,
                    labelled: bool = True) -> List[ListedVideo]:
    """Reads a list of videos; blank lines and a byte order mark are skipped.

    Args:
        path: the list, UTF-8.
        delimiter: see :func:`parse_line`.
        several: see :func:`parse_line`.
        labelled: see :func:`parse_line`.

    Raises:
        FileNotFoundError: there is no such list; the message says what makes
            one, and which others there are.
        ValueError: a line is wrong, which the message names by its number; the
            file is empty or not UTF-8.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(_no_list(Path(path)))
    videos = []
    for number, line in enumerate(read_text(Path(path)).splitlines(), 1):
        if not line.strip():
            continue
        try:
            videos.append(parse_line(line, delimiter, several, labelled))
        except ValueError as error:
            raise ValueError(
                f'{path}, line {number}: {line.strip()!r} {error}') from None
    if not videos:
        raise ValueError(f'{path} lists no video: write a path and a label in '
                         'each line')
    return videos
