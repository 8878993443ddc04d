"""A file that gets results as they come, and survives an interruption."""
import json
from pathlib import Path
from typing import Any, Dict, Iterator, List

from .files import naming

Record = Dict[str, Any]


class Journal:
    """Lines of JSON, each of which is written at once.

    A process that is killed leaves at most one incomplete last line. The next
    one removes it. :func:`read_records` reads the file.

    Args:
        path: the file; its folder is made when the first record is added.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._is_whole = path, False

    def add(self, record: Record) -> None:
        """Writes a record.

        Args:
            record: plain data.

        Raises:
            OSError: the file cannot be written; its earlier lines are kept.
        """
        line = json.dumps(record, ensure_ascii=False) + '\n'
        with naming(self.path):
            if not self._is_whole:
                remove_incomplete_line(self.path)
            self._is_whole = False  # if the disk is full
            with open(self.path, 'ab') as file:
                # names of files may hold bytes that are not UTF-8
                file.write(line.encode(errors='surrogatepass'))
        self._is_whole = True


def remove_incomplete_line(path: Path) -> None:
    """Cuts a file off behind its last line end; makes a missing file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'a+b') as file:
        file.seek(0)
        file.truncate(file.read().rfind(b'\n') + 1)


def read_records(path: Path) -> Iterator[Record]:
    """Yields the records of a journal; none if there is no file.

    Args:
        path: the file.

    Yields:
        The records, in order, without an incomplete last line.

    Raises:
        ValueError: a complete line is not an object of JSON.
    """
    if not path.exists():
        return
    with path.open('rb') as file:
        for number, line in enumerate(file, 1):
            if line.endswith(b'\n'):
                yield _record(line[:-1], f'{path}, line {number}')


def _record(line: bytes, where: str) -> Record:
    """Returns the record in a line without its end."""
    try:
        record = json.loads(line)
    except (RecursionError, ValueError):
        record = None
    if not isinstance(record, dict):
        raise ValueError(f'{where}: is not a record of an interrupted run: '
                         'remove this file, or choose another one')
    return record


def read_all(paths: List[Path]) -> List[Record]:
    """Returns the records of several journals, one after the other."""
    return [record for path in paths for record in read_records(path)]
