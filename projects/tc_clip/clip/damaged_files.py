"""Says in one line why a file cannot be read as weights, and what to do."""
import re
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from pickle import UnpicklingError
from typing import Iterator, Union
from zipfile import BadZipFile, ZipFile

_ZIP = b'PK'
_STARTS = {
    b'version https://git-lfs': 'is a pointer of git-lfs, not the file that '
    'it stands for: run `git lfs pull`',
    b'<': 'is a web page, which was saved in place of the file: download the '
    'file itself',
    _ZIP: 'is cut off or damaged: copy or download it again'
}
# How torch, and compat.checkpoints, say what a pickle names.
_NAMED = re.compile(r'(?:GLOBAL|Unsupported class|The file names) (\w[\w.]*)')
_OTHER = 'is not a file of weights, or damaged: copy or download it again'


def damage(path: Path) -> str:
    """Looks at the first bytes of a file.

    Args:
        path: a file that should hold weights.

    Returns:
        What it is instead, and what to do; '' if it looks like weights.
    """
    if not path.stat().st_size:
        return 'is empty: copy or download it again'
    with open(path, 'rb') as file:
        start = file.read(100).lstrip()
    if not start.startswith(_ZIP):
        return next(
            (text
             for known, text in _STARTS.items() if start.startswith(known)),
            '')
    try:
        with ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (BadZipFile, NotImplementedError, UnicodeDecodeError):
        return _STARTS[_ZIP]
    # A small file could fill the memory; torch compresses nothing.
    return (f'unpacks to {size} bytes, more than the file has, which '
            'torch.save does not write: get the file from its source'
            ) if size > path.stat().st_size else ''


@contextmanager
def naming_damage(name: Union[str, 'PathLike[str]']) -> Iterator[None]:
    """Turns errors of readers of weights into one line with a cure.

    Args:
        name: the file, which the block reads.

    Yields:
        None.

    Raises:
        OSError: the file cannot be found or opened.
        UnpicklingError: its pickle names a function or class that weights do
            not need. Nothing of it was run.
        ValueError: the file is empty, cut off, something else than weights, or
            an archive that unpacks to more than it has.
    """
    path = Path(name)
    if not path.exists():
        raise FileNotFoundError(f'{path} can not be found.')
    found = damage(path)
    if found:
        raise ValueError(f'{path} {found}')
    try:
        yield
    except OSError:
        raise
    except Exception as error:  # those of pickles have no common class
        named = _NAMED.search(str(error))
        if named and isinstance(error, UnpicklingError):
            raise UnpicklingError(
                f'{path} is not loaded: it names {named[1]}, '
                'which weights do not need and which could run any code'
            ) from None
        raise ValueError(f'{path} {_OTHER}') from error
