"""Collects the videos of a user, with their class names."""
import csv
import re
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from ...files import read_text
from ..video_paths import VIDEO_SUFFIXES, search_videos

SEVERAL = '|'
_COLUMNS = ('video', 'label', 'group')
_SUFFIXES = '|'.join(map(re.escape, VIDEO_SUFFIXES))
# A path, which may contain spaces, up to the suffix of a video; then a label.
_LINE = re.compile(rf'(.+?(?:{_SUFFIXES}))\s+(\S.*)', re.IGNORECASE)


class OwnVideo(NamedTuple):
    """A video of a user.

    Attributes:
        path: the file.
        labels: names of its classes, mostly one.
        group: videos of one group stay on one side of a split.
    """
    path: Path
    labels: Tuple[str, ...]
    group: str


def videos_of_folders(folder: Path) -> List[OwnVideo]:
    """Finds the videos in ``folder/CLASS/``, at any depth.

    Args:
        folder: folder with a folder for each class.

    Returns:
        The videos, no two of them in one group.

    Raises:
        ValueError: there are no videos, or some are in no class's folder.
    """
    found = search_videos(folder).videos
    if not found:
        raise ValueError(f'{folder} holds no videos: it needs a folder for '
                         'each class, with the videos of the class')
    loose = [path for path in found if path.parent == folder]
    if loose:
        raise ValueError(
            f'{len(loose)} videos are in no folder of a class, such as '
            f'{loose[0]}: put them into folders named after their classes, or '
            'give --table FILE, a list of videos and classes')
    return [
        OwnVideo(path, (path.relative_to(folder).parts[0], ), str(path))
        for path in found
    ]


def _rows_of_csv(text: str, path: Path) -> List[Sequence[str]]:
    """Returns path, label and perhaps group of each row of a ``.csv``."""
    rows = [[field.strip() for field in row]
            for row in csv.reader(text.splitlines()) if any(row)]
    columns = list(_COLUMNS)
    if rows and rows[0][0].lower() == 'video':
        columns = [name.lower() for name in rows.pop(0)]
    if 'label' not in columns:
        raise ValueError(f'{path}: the header {",".join(columns)} needs the '
                         'columns video and label, and may have group')
    picked: List[Sequence[str]] = []
    for row in rows:
        entry = dict(zip(columns, row))
        if not entry.get('video') or not entry.get('label'):
            raise ValueError(
                f'{path}: the row {",".join(row)!r} needs a video '
                'and a label')
        picked.append([entry[name] for name in _COLUMNS if entry.get(name)])
    return picked


def _rows_of_list(text: str, path: Path) -> List[Sequence[str]]:
    """Returns path and label of each line of a list."""
    rows: List[Sequence[str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.fullmatch(line.strip())
        if match:
            rows.append(match.groups())
        elif line.strip():
            raise ValueError(f'{path}, line {number}: {line.strip()!r} must '
                             'be the path of a video, a space and a label')
    return rows


def _names(labels: Sequence[str], class_names: Optional[Sequence[str]],
           path: Path) -> Tuple[str, ...]:
    """Returns the names of labels, which are names or numbers."""
    if not all(label.isdecimal() for label in labels):
        return tuple(labels)
    if class_names is None:
        raise ValueError(
            f'{path}: {labels[0]!r} is the number of a class, but the model '
            'reads names: give --class-names FILE, in the order of the '
            'numbers')
    highest = max(map(int, labels))
    if highest >= len(class_names):
        raise ValueError(f'{path}: there is no class name for label {highest}:'
                         f' --class-names holds {len(class_names)}')
    return tuple(class_names[int(label)] for label in labels)


def videos_of_table(
        table: Path,
        folder: Path,
        class_names: Optional[Sequence[str]] = None) -> List[OwnVideo]:
    """Reads videos and their classes from a table.

    Args:
        table: ``.csv`` with the columns video, label and perhaps group, below
            a header or in this order; or a text file with ``path label``
            lines. A ``|`` stands between several labels of a video.
        folder: folder that paths are relative to.
        class_names: names of labels that are numbers.

    Raises:
        FileNotFoundError: a video does not exist.
        ValueError: a line is wrong, a label is a number without a name, or the
            table is not UTF-8.
    """
    read = _rows_of_csv if table.suffix.lower() == '.csv' else _rows_of_list
    videos = []
    for name, label, *group in read(read_text(table), table):
        path = folder / name
        if not path.is_file():
            raise FileNotFoundError(f'{table}: no such video: {path}')
        labels = [part.strip() for part in label.split(SEVERAL)]
        videos.append(
            OwnVideo(path, _names(labels, class_names, table),
                     group[0] if group else str(path)))
    if not videos:
        raise ValueError(f'{table} lists no video')
    return videos


def with_groups(videos: Sequence[OwnVideo], pattern: str,
                folder: Path) -> List[OwnVideo]:
    """Groups videos by what a pattern finds in their paths.

    Args:
        videos: the videos.
        pattern: regular expression that is searched in the path below
            ``folder``; its first group, or else the whole match, names the
            group.
        folder: folder of the videos.

    Raises:
        ValueError: the pattern is none, or does not occur in a path.
    """
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f'--groups {pattern!r} is not a regular expression: '
                         f'{error}') from None
    grouped = []
    for video in videos:
        path = video.path.relative_to(folder).as_posix()
        match = compiled.search(path)
        if match is None:
            raise ValueError(f'--groups {pattern!r} is not found in {path!r}')
        name = match[1] if compiled.groups else match[0]
        grouped.append(video._replace(group=name))
    return grouped


def classes_of(videos: Sequence[OwnVideo]) -> List[str]:
    """Returns the class names of videos, in alphabetical order."""
    return sorted({label for video in videos for label in video.labels})


def counts_of(videos: Sequence[OwnVideo],
              names: Sequence[str]) -> Dict[str, int]:
    """Counts the videos of each class."""
    return {
        name: sum(name in video.labels for video in videos)
        for name in names
    }
