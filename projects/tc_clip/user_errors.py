"""Tells messages for users from errors of a program.

This project checks what users give it, and raises errors whose text says what
is wrong and what to do. Tools end with that text alone, and so they do with
what torch says about options of data loaders. Errors that others raise, or
that Python raises in an expression of ours, keep their traceback: they may be
bugs.
"""
import linecache
from pathlib import Path
from pickle import UnpicklingError
from typing import Iterator, Optional, Tuple

from torch.utils import data

_PACKAGE = str(Path(__file__).resolve().parent)
# torch checks options of data loaders, such as their batch_size
_TORCH = str(Path(data.__file__).parent)
_MARK = 'in DataLoader worker process'
_KINDS = (ImportError, OSError, RuntimeError, UnpicklingError, ValueError)


def _chain(error: Optional[BaseException]) -> Iterator[BaseException]:
    """Yields an error and those that it was raised from."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_raised_in(folders: Tuple[str, ...], error: BaseException) -> bool:
    """Returns whether a ``raise`` statement in a file of folders raised it."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return False
    file = place.tb_frame.f_code.co_filename
    line = linecache.getline(file, place.tb_lineno).strip()
    return file.startswith(folders) and line.startswith('raise')


def _of_worker(error: BaseException) -> str:
    """Returns what a loader's process raised in this package; '' if nothing.

    The process sends the traceback as text, which ends with the message.
    """
    text = str(error)
    if _MARK not in text.partition('\n')[0]:
        return ''
    above, _, message = text.rpartition('\n    raise ')
    if _PACKAGE not in above.rpartition('  File ')[2]:
        return ''
    return message.partition('\n')[2].partition(': ')[2].strip()


def message_of(error: BaseException, *tools: Path) -> str:
    """Returns the text of an error that this package raised for a user.

    MMEngine raises errors of parts that it builds once more, with the name of
    the part in front: the text is the original one.

    Args:
        error: an error that nothing has handled.
        *tools: folders whose errors are for users as well.

    Returns:
        '' if neither the error nor one that it was raised from is such.

    Example:
        >>> message_of(ValueError('x'))
        ''
    """
    folders = (_PACKAGE, _TORCH, *map(str, tools))
    for cause in _chain(error):
        if not isinstance(cause, (*_KINDS, KeyError, TypeError)):
            return ''
        if isinstance(cause, _KINDS) and _is_raised_in(folders, cause):
            return str(cause).strip()
        told = _of_worker(cause)
        if told:
            return told
    return ''
