"""Files that tools/extract_features.py writes.

The features, a record of the model and the classes behind them, and the videos
that failed.
"""
import json
import uuid
from pathlib import Path
from typing import Any, Dict, List, Set
from zipfile import is_zipfile

import numpy as np

from ..files import replacing, write_text
from ..shards import Shard
from .run_settings import differences

METADATA = 'features.json'
VIDEOS_PER_PART = 256

Arrays = Dict[str, np.ndarray]


class NpzFolder:
    """Stores a file ``NAME.npz`` per video, in the folder tree of the videos.

    Args:
        folder: output folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def done(self) -> Set[str]:
        """Returns the names of the videos whose features are stored."""
        return {
            file.relative_to(self.folder).with_suffix('').as_posix()
            for file in self.folder.rglob('*.npz')
        }

    def damaged(self) -> List[Path]:
        """Returns the files that are not archives of arrays."""
        files = sorted(self.folder.rglob('*.npz'))
        return [file for file in files if not is_zipfile(file)]

    def add(self, name: str, video: Path, arrays: Arrays) -> None:
        """Writes the features of a video."""
        with replacing(self.folder / f'{name}.npz') as path:
            with path.open('wb') as file:  # savez would add a suffix
                np.savez(file, **arrays)  # type: ignore[arg-type]

    def close(self) -> None:
        """Does nothing: every file is complete."""


class ParquetParts:
    """Stores tables of many videos each, ``parts/part-*.parquet``.

    A row has the columns ``name`` and ``path`` and, for each feature, its
    values as one list and its shape as ``FEATURE_shape``.

    Args:
        folder: output folder; the tables are written to ``parts`` in it.

    Raises:
        SystemExit: pyarrow is missing.
    """

    def __init__(self, folder: Path) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError as error:
            raise SystemExit('--format parquet needs pyarrow: pip install '
                             f'pyarrow ({error})') from error
        self.arrow, self.folder = pyarrow, folder / 'parts'
        self.rows: List[Dict[str, Any]] = []
        self._names_of_part: Dict[Path, List[str]] = {}

    def done(self) -> Set[str]:
        """Returns the names of the videos whose features are stored."""
        return {
            name
            for part in self.folder.glob('part-*.parquet')
            for name in self._names(part)
        }

    def damaged(self) -> List[Path]:
        """Returns nothing: :meth:`done` reads every part."""
        return []

    def _names(self, part: Path) -> List[str]:
        """Returns the names of the videos of a part, which is read once."""
        if part in self._names_of_part:
            return self._names_of_part[part]
        try:
            table = self.arrow.parquet.read_table(part, columns=['name'])
        except (self.arrow.ArrowInvalid, OSError) as error:
            raise SystemExit(f'{part} is damaged ({error}): remove it, and '
                             'run again') from error
        return self._names_of_part.setdefault(part, table['name'].to_pylist())

    def add(self, name: str, video: Path, arrays: Arrays) -> None:
        """Collects the features of a video; writes a part when it is full."""
        self.rows.append(dict(name=name, path=str(video), **arrays))
        if len(self.rows) == VIDEOS_PER_PART:
            self.close()

    def close(self) -> None:
        """Writes the collected videos as a new part, if there are any."""
        if not self.rows:
            return
        number = len([*self.folder.glob('part-*.parquet')])
        name = f'part-{number:05d}-{uuid.uuid4().hex[:8]}.parquet'
        with replacing(self.folder / name) as path:
            self.arrow.parquet.write_table(self._table(), path)
        self.rows = []

    def _table(self) -> Any:
        """Makes a table of the rows."""
        columns: Dict[str, Any] = {}
        for key, first in self.rows[0].items():
            values = [row[key] for row in self.rows]
            if isinstance(first, str):
                columns[key] = values
                continue
            kind = self.arrow.list_(self.arrow.from_numpy_dtype(first.dtype))
            columns[key] = self.arrow.array([v.ravel() for v in values], kind)
            columns[f'{key}_shape'] = self.arrow.array(
                [v.shape for v in values],
                self.arrow.list_(self.arrow.int32()))
        return self.arrow.table(columns)


FORMATS: Dict[str, Any] = dict(npz=NpzFolder, parquet=ParquetParts)


def read_metadata(folder: Path) -> Dict[str, Any]:
    """Reads the record of the features in a folder; empty if there is none."""
    file = folder / METADATA
    if not file.exists():
        return {}
    try:
        record = json.loads(file.read_text('utf-8'))
    except ValueError as error:
        raise SystemExit(f'{file} is not valid JSON ({error}): choose another '
                         '--out') from error
    if not isinstance(record, dict) or 'what' not in record:
        raise SystemExit(f'{file} is not a record of features, which '
                         'tools/extract_features.py wrote: choose another '
                         'folder')
    return record


def put_metadata(folder: Path, metadata: Dict[str, Any],
                 has_features: bool) -> None:
    """Writes the record of the features, or compares it with the old one.

    Args:
        folder: folder of the features.
        metadata: plain data; the key ``file`` of a dict may differ.
        has_features: whether the folder holds features.

    Raises:
        SystemExit: the folder holds features of another model, other videos or
            other classes.
    """
    known = read_metadata(folder)
    if not known:
        if has_features:
            raise SystemExit(
                f'{folder} holds features but no {METADATA}, so the model '
                'that made them is unknown: choose another --out')
        write_text(folder / METADATA,
                   json.dumps(metadata, indent=2, ensure_ascii=False))
        return
    differing = differences(known, metadata)
    if differing:
        lines = '\n'.join(differing)
        raise SystemExit(
            f'{folder} holds features of something else:\n'
            f'{lines}\nChoose another --out, or remove that folder.')


def read_failures(folder: Path) -> Dict[str, str]:
    """Returns why videos have no features, by the names of the videos."""
    lines = [
        line for file in sorted(folder.glob('failed*.txt'))
        for line in file.read_text('utf-8').splitlines()
    ]
    return {n: r for n, _, r in (line.partition('\t') for line in lines)}


def put_failures(folder: Path,
                 failed: Dict[str, str],
                 done: Set[str],
                 shard: Shard = Shard()) -> None:
    """Updates the list of failures, a line ``NAME<tab>REASON`` for each.

    Args:
        folder: folder of the features.
        failed: the reason for each video that failed in this run.
        done: videos whose features are stored.
        shard: the part of the videos that this run had. Each has a list; a
            run with all videos makes one list of them.
    """
    file = folder / f'failed{shard.suffix}.txt'
    is_all = shard.total == 1
    reasons = {**read_failures(folder), **failed} if is_all else failed
    rows = [f'{n}\t{r}\n' for n, r in sorted(reasons.items()) if n not in done]
    stale = {*folder.glob('failed*.txt')} if is_all else {file}
    if rows:
        write_text(file, ''.join(rows))
        stale.discard(file)
    for old in stale:
        old.unlink(missing_ok=True)
