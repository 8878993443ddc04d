"""Reads the features that tools/extract_features.py wrote."""
from pathlib import Path
from typing import Any, Dict, Iterator, Tuple
from zipfile import is_zipfile

import numpy as np

from .feature_files import METADATA, read_metadata

Feature = Tuple[str, np.ndarray]


def read_facts(folder: Path, what: str) -> Dict[str, Any]:
    """Returns the record of the features in a folder.

    Args:
        folder: output folder of tools/extract_features.py.
        what: a feature that it must have, such as ``logits``.

    Raises:
        ValueError: the folder has no such features.
    """
    facts = read_metadata(folder)
    if not facts:
        raise ValueError(f'{folder} has no {METADATA}: give the folder that '
                         'tools/extract_features.py --out wrote')
    if what not in facts['what']:
        raise ValueError(
            f'{folder} has the features {", ".join(facts["what"])}: extract '
            f'{what} too, by --what {what} and another --out')
    return facts


def read_feature(folder: Path, what: str) -> Iterator[Feature]:
    """Yields the names of videos and one feature of each, a video at a time.

    Args:
        folder: output folder of tools/extract_features.py.
        what: the feature, such as ``logits``.

    Yields:
        The path of a video below the ``root`` of the record, and its array.

    Raises:
        ValueError: the folder has no such features, or a file is damaged.
    """
    facts = read_facts(folder, what)
    read = _from_npz if facts['format'] == 'npz' else _from_parquet
    yield from read(folder, what)


def _from_npz(folder: Path, what: str) -> Iterator[Feature]:
    """Reads a file for each video."""
    for file in sorted(folder.rglob('*.npz')):
        if not is_zipfile(file):  # numpy would advise to load it unsafely
            raise ValueError(f'{file} is damaged: remove it, and run '
                             'tools/extract_features.py again')
        name = file.relative_to(folder).with_suffix('').as_posix()
        with np.load(file) as arrays:
            yield name, arrays[what]


def _from_parquet(folder: Path, what: str) -> Iterator[Feature]:
    """Reads one table after the other."""
    try:
        from pyarrow.parquet import read_table
    except ImportError as error:
        raise ValueError(f'{folder} holds tables: pip install pyarrow '
                         f'({error})') from error
    columns = ['name', what, f'{what}_shape']
    for file in sorted((folder / 'parts').glob('part-*.parquet')):
        for row in read_table(file, columns=columns).to_pylist():
            values = np.asarray(row[what], np.float32)
            yield row['name'], values.reshape(row[f'{what}_shape'])
