"""Writes files completely or not at all; reads text, and hashes files."""
import hashlib
import json
import os
import uuid
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Iterable, Iterator, Union

import cv2
import numpy as np


@contextmanager
def naming(path: Path, *others: Path) -> Iterator[None]:
    """Lets an error of the system name a file, such as that of a full disk.

    Args:
        path: file that the user asked for.
        *others: files in its place, which the user does not know.

    Yields:
        None.

    Raises:
        OSError: as the block raised it.
    """
    try:
        yield
    except OSError as error:
        if error.filename is None or error.filename in map(str, others):
            error.filename = str(path)
        raise


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields an unfinished file that replaces ``path`` when the block ends.

    If the block raises, ``path`` stays as it is and the unfinished file is
    removed. Missing folders are made.

    Args:
        path: file to write.

    Yields:
        The unfinished file, in the same folder.

    Raises:
        OSError: the file cannot be written, for example because the disk is
            full; the error names ``path``.

    Example:
        >>> with replacing(Path('out/table.md')) as unfinished:
        ...     unfinished.write_text('| a | b |')
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The name is unique because several runs may write here. It starts with a
    # dot because readers of folders skip such files.
    unfinished = path.with_name(f'.{path.name}.{uuid.uuid4().hex[:8]}.tmp')
    try:
        with naming(path, unfinished):
            yield unfinished
            os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def staged(path: Path) -> Iterator[Path]:
    """Yields a file of the same name in a hidden folder beside it.

    When the block ends, all files of that folder move to the folder of
    ``path``. If the block raises, nothing moves.

    Args:
        path: file to write, by a writer that also writes files beside it.

    Yields:
        The unfinished file.

    Raises:
        OSError: a file cannot be written.

    Example:
        >>> with staged(Path('model.onnx')) as unfinished:
        ...     graph.save(unfinished)  # and model.onnx.data
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(
            prefix=f'.{path.name}.', suffix='.tmp', dir=path.parent) as folder:
        unfinished = Path(folder) / path.name
        with naming(path, unfinished):
            yield unfinished
            others = [f for f in Path(folder).iterdir() if f != unfinished]
            for file in (*others, unfinished):
                os.replace(file, path.parent / file.name)


def write_bytes(path: Path, content: Union[bytes, memoryview]) -> None:
    """Writes a file.

    Args:
        path: file to write.
        content: its content.

    Raises:
        OSError: the file cannot be written. An older one stays.
    """
    with replacing(path) as unfinished:
        unfinished.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Writes a text file as UTF-8.

    Names of files may hold bytes that are not UTF-8. They are written as JSON
    escapes them: ``\\udcff``.

    Args:
        path: file to write.
        text: its content.
    """
    with replacing(path) as unfinished:
        unfinished.write_text(
            text, encoding='utf-8', errors='backslashreplace')


def read_text(path: Path) -> str:
    """Reads a text file, without the byte order mark that it may have.

    Args:
        path: a file in UTF-8.

    Raises:
        ValueError: it is not UTF-8.
    """
    try:
        return path.read_text(encoding='utf-8-sig')
    except UnicodeDecodeError as error:
        raise ValueError(
            f'{path} is not UTF-8 ({error}): save it so') from None


def write_json(path: Path, content: Any) -> None:
    """Writes a JSON file.

    Args:
        path: file to write.
        content: plain data.
    """
    write_text(path, json.dumps(content, indent=2) + '\n')


def sha256(path: Path) -> str:
    """Hashes a file.

    Args:
        path: a file of any size.
    """
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        for block in iter(lambda: file.read(1 << 20), b''):
            digest.update(block)
    return digest.hexdigest()


def write_mp4(path: Path, frames: Iterable[np.ndarray], fps: float) -> None:
    """Writes a video of a data set as MPEG-4 Part 2, with OpenCV alone.

    Players of browsers do not know this codec: videos to look at are written
    by ``visualization.mp4_writer``.

    Args:
        path: the file.
        frames: RGB, ``(H, W, 3)`` uint8 each, all of one size; at least one.
        fps: frames per second.

    Raises:
        OSError: OpenCV cannot write there, or has no such encoder.
        ValueError: there is no frame.
    """
    writer = None
    for frame in frames:
        if writer is None:
            codec = cv2.VideoWriter.fourcc(*'mp4v')
            writer = cv2.VideoWriter(str(path), codec, fps, frame.shape[1::-1])
            if not writer.isOpened():
                raise OSError(
                    f'{path} cannot be written: check the folder, and that '
                    'OpenCV has FFmpeg (pip install opencv-python)')
        writer.write(np.ascontiguousarray(frame[..., ::-1]))
    if writer is None:
        raise ValueError(f'{path}: there is no frame to write')
    writer.release()
