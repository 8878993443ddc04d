"""Writes files that are either complete or not there."""
import json
import os
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives an unfinished file that replaces ``path`` when the block ends.

    If the block raises, ``path`` stays as it is and the unfinished file is
    removed. Missing folders are made.

    Args:
        path: file to write.

    Yields:
        The unfinished file, in the same folder.

    Example:
        >>> with replacing(Path('out/table.md')) as unfinished:
        ...     unfinished.write_text('| a | b |')
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Several runs may write here, and readers of folders pass over dots.
    unfinished = path.with_name(f'.{path.name}.{uuid.uuid4().hex[:8]}.tmp')
    try:
        yield unfinished
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes a text file as UTF-8.

    Args:
        path: file to write.
        text: its content.
    """
    with replacing(path) as unfinished:
        unfinished.write_text(text, encoding='utf-8')


def write_json(path: Path, content: Any) -> None:
    """Writes a JSON file.

    Args:
        path: file to write.
        content: plain data.
    """
    write_text(path, json.dumps(content, indent=2) + '\n')
