"""Reads class names, in the order of their ids, from a list or a file."""
import csv
import json
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple, Union

_FORMATS = ("'.txt' (a name per line), '.csv' (rows 'id,name') or '.json' "
            '({"0": "name", ...})')
_HEADER = ['id', 'name']


def load_class_names(source: Union[str, Path, Sequence[str]]) -> List[str]:
    """Loads class names in the order of their labels.

    Args:
        source: the names themselves, or the path of a file that holds them:
            ``.txt`` with a name per line, ``.csv`` with rows of id and
            name below the header ``id,name`` or without it, or ``.json`` with
            an object from ids to texts, which are not split. The ids may be
            in any order.

    Raises:
        FileNotFoundError: there is no such file.
        TypeError: a name is not a string.
        ValueError: the suffix is unknown, the file is malformed, the ids are
            not 0 to C-1, or a name is empty or occurs twice.
    """
    if not isinstance(source, (str, Path)):
        return _checked([*source], 'class names')
    path = Path(source)
    suffix = path.suffix.lower()
    if suffix not in _READERS:
        raise ValueError(
            f"{path}: class names cannot be read from a '{path.suffix}' "
            f'file: give a list of names or a file in {_FORMATS}.')
    if not path.is_file():
        cure = ('python tools/prepare_data.py --llm-labels writes it.'
                if path.parent.name == 'llm' else
                'correct the path, which is relative to the folder that the '
                'command runs in.')
        raise FileNotFoundError(f'{path}: no such file of class names: {cure}')
    try:
        # -sig: spreadsheets write a byte order mark before the header
        text = path.read_text(encoding='utf-8-sig')
    except UnicodeDecodeError as error:
        raise ValueError(f'{path}: not UTF-8 ({error}): save it so') from error
    return _checked(by_id(_READERS[suffix](text, path), path), str(path))


def _read_txt(text: str, path: Path) -> List[Tuple[str, str]]:
    """Numbers the lines; empty lines at the end do not count."""
    lines = text.rstrip().splitlines()
    return [(str(i), line.strip()) for i, line in enumerate(lines)]


def _read_csv(text: str, path: Path) -> List[Tuple[str, str]]:
    """Reads rows of id and name, below a header or without one."""
    rows = [*csv.reader(text.splitlines())]
    if rows and [column.strip() for column in rows[0]] == _HEADER:
        del rows[0]
    for row in rows:
        if row and len(row) != 2:
            raise ValueError(
                f'{path}: the row {",".join(row)!r} has {len(row)} columns, '
                'not 2: put names that hold a comma in double quotes.')
    return [(row[0], row[1].strip()) for row in rows if row]


def read_json(text: str, path: Path) -> List[Tuple[str, Any]]:
    """Reads an object as pairs, so that repeated ids are not lost.

    Args:
        text: content of the file.
        path: the file, for messages.

    Raises:
        ValueError: it is not JSON, or not an object.
    """
    try:
        pairs = json.loads(text, object_pairs_hook=tuple)
    except json.JSONDecodeError as error:
        raise ValueError(f'{path}: not valid JSON ({error}).') from error
    if not isinstance(pairs, tuple):
        raise ValueError(f'{path}: must hold one JSON object from ids to '
                         f'names, but holds a {type(pairs).__name__}.')
    return [*pairs]


_READERS = {'.txt': _read_txt, '.csv': _read_csv, '.json': read_json}


def by_id(pairs: Sequence[Tuple[str, Any]], path: Path) -> List[Any]:
    """Orders names, or other values of classes, by id.

    Args:
        pairs: id and value of each class.
        path: their file, for messages.

    Raises:
        ValueError: the ids are not 0 to C-1 without gap.
    """
    advice = 'number the classes 0, 1, 2, ... without gap'
    names: Dict[int, Any] = {}
    for key, name in pairs:
        if not key.strip().isdecimal():
            raise ValueError(f'{path}: the id {key!r} of {name!r} is not a '
                             f'whole number from 0 on: {advice}')
        if int(key) in names:
            raise ValueError(f'{path}: the id {int(key)} is given to both '
                             f'{names[int(key)]!r} and {name!r}: {advice}')
        names[int(key)] = name
    for i in range(len(names)):
        if i not in names:
            raise ValueError(f'{path}: has {len(names)} classes, but none '
                             f'with the id {i}: {advice}')
    return [names[i] for i in range(len(names))]


def _checked(names: List[str], where: str) -> List[str]:
    """Checks that names are strings, and that none is empty or repeated."""
    if not names:
        raise ValueError(f'{where}: there is no name: add one.')
    first: Dict[str, int] = {}
    for i, name in enumerate(names):
        if not isinstance(name, str):
            raise TypeError(f'{where}: the name with id {i} must be a string, '
                            f'but is {name!r}: put it in quotes.')
        if not name.strip():
            raise ValueError(f'{where}: the name with id {i} is empty: '
                             'fill it in, or remove the line.')
        if name in first:
            raise ValueError(
                f'{where}: the ids {first[name]} and {i} share the name '
                f'{name!r}: rename one, so that texts can differ.')
        first[name] = i
    return names
