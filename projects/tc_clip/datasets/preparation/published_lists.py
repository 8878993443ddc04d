"""Finds and reads lists in a clone of the official TC-CLIP repository."""
import re
from collections import Counter
from pathlib import Path
from typing import List, Sequence

from .annotations import Entry, check_shots


def read_list(file: Path, classes: int, shots: int = 0) -> List[Entry]:
    """Reads lines ``path label``.

    Args:
        file: a published list.
        classes: number of classes; labels are 0 to ``classes - 1``.
        shots: number of videos that each class must have; 0 for any.

    Raises:
        ValueError: a line is malformed, or a class has another number of
            videos.
    """
    entries: List[Entry] = []
    for line in file.read_text(encoding='utf-8').splitlines():
        path, _, label = line.strip().rpartition(' ')
        if not path or not label.isdecimal() or int(label) >= classes:
            raise ValueError(f"{file}: {line!r} is not 'path label' with a "
                             f'label from 0 to {classes - 1}: check '
                             'that it is the right list.')
        entries.append((path, int(label)))
    if shots:
        counts = Counter(label for _, label in entries)
        check_shots({i: counts[i] for i in range(classes)}, shots, f'{file}')
    return entries


def normalise(path: Path) -> str:
    """Rewrites a path so that the patterns of the table can match it."""
    return re.sub('base_?(2|to)_?novel', 'b2n', f'/{path.as_posix().lower()}')


def llm_pattern(labels: str) -> str:
    """Returns a pattern for the file of rephrased names of some classes.

    Args:
        labels: file in ``configs/labels`` with the plain names, without
            ``.csv``; its last word may name a half or a split.
    """
    part = re.search(r'(base|novel|split\d)$', labels)
    return part.group().replace(
        'split', 'split_?') if part else (r'^(?!.*(base|novel|split_?\d))')


def find_in_clone(folder: Path, suffix: str, patterns: Sequence[str],
                  advice: str) -> Path:
    """Returns the only file whose path matches all patterns.

    Args:
        folder: part of a clone of the official repository.
        suffix: suffix of the files, e.g. ``'.txt'``.
        patterns: regular expressions for ``normalise``d paths.
        advice: what to do if there is no such file, or several.

    Raises:
        FileNotFoundError: there is none.
        ValueError: there are several.
    """
    files = sorted(folder.rglob(f'*{suffix}'))
    matches = [
        file for file in files if all(
            re.search(pattern, normalise(file.relative_to(folder)))
            for pattern in patterns)
    ]
    sought = ' and '.join(map(repr, patterns))
    if not matches:
        raise FileNotFoundError(
            f'None of the {len(files)} {suffix} files below {folder} matches '
            f'{sought}: {advice}')
    if len(matches) > 1:
        raise ValueError(f'{", ".join(map(str, matches))} all match {sought}: '
                         f'{advice}')
    return matches[0]
