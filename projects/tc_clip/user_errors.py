"""Tells messages for users from errors of a program.

This project checks what users give it, and raises errors whose text says what
is wrong and what to do. Tools end with that text alone. So they do with what
MMEngine says about a config and its parts, and torch about an option. Errors
that others raise, or that Python raises in an expression, keep their
traceback: they may be bugs.
"""
import linecache
import os
from pathlib import Path
from pickle import UnpicklingError
from traceback import walk_tb
from typing import Iterator, List, Optional, Tuple

import mmengine
from mmaction import __file__ as mmaction_file
from mmengine.config import config
from mmengine.registry import build_functions
from torch import distributed, optim
from torch.utils import data

_PACKAGE = str(Path(__file__).resolve().parent)
# They check options of a config and of its loaders, optimisers and processes.
_OTHERS = (
    str(Path(data.__file__).parent),
    str(Path(optim.__file__).parent),
    str(Path(mmengine.__file__).parent),
    str(Path(mmaction_file).parent / '.mim/tools'),
    str(Path(distributed.__file__).parent / 'rendezvous.py'),
    'numpy/random/',  # the seed
)
_MARK = 'in DataLoader worker process'
_KINDS = (AssertionError, ImportError, KeyError, OSError, RuntimeError,
          TypeError, UnpicklingError, ValueError)


def chain(error: Optional[BaseException]) -> Iterator[BaseException]:
    """Yields an error and those that it was raised from.

    Args:
        error: the error.

    Yields:
        The error itself, then its cause, then the cause of that.
    """
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_raised_in(folders: Tuple[str, ...], error: BaseException) -> bool:
    """Returns whether a statement in a file of folders raised it.

    Such a statement is ``raise`` or ``assert``. Of compiled files there is no
    text, and each error counts.
    """
    places = [*walk_tb(error.__traceback__)]
    if not places:
        return False
    frame, number = places[-1]
    file = frame.f_code.co_filename
    line = linecache.getline(file, number).strip()
    return file.startswith(folders) and (line.startswith(
        ('raise', 'assert')) or file.endswith('.pyx'))


def _text(error: BaseException) -> str:
    """Returns what an error says; KeyError would put it in quotes."""
    if isinstance(error, KeyError) and error.args:
        key = str(error.args[0])
        return key if ' ' in key else f'the config has no {key!r}: add it'
    return str(error).strip()


def _of_config(error: BaseException) -> str:
    """Returns what is wrong with the config that was read; '' if none was."""
    files: List[str] = []  # a config, its base, the base of that
    line = getattr(error, 'lineno', None)
    for frame, number in walk_tb(error.__traceback__):
        code, names = frame.f_code, frame.f_locals
        if code.co_filename == config.__file__ and code.co_name in (
                'fromfile', '_file2dict'):
            file = os.path.abspath(names['filename'])
            files += [file] if file not in files else []
        elif files and code.co_filename == files[-1]:
            line = number
    if not files:
        return ''
    of = f' (a base of {files[-2]})' if files[1:] else ''
    place = f'line {line}: ' if line else ''
    cause = error.__cause__ or error
    reason = getattr(cause, 'msg', '') or getattr(cause, 'strerror',
                                                  '') or _text(cause)
    return (f'{files[-1]}{of} cannot be read as a config: {place}'
            f'{" ".join(reason.split())}')


def _of_part(error: BaseException) -> str:
    """Returns what a config says wrong of a part; '' if it is another error.

    The registry raises it, or Python where the registry makes the part.
    """
    *_, (frame, _) = walk_tb(error.__traceback__)
    if frame.f_code.co_filename != build_functions.__file__:
        return ''
    reason = _text(error).partition('. Please check')[0]
    return f'{reason}: correct the config (docs/parts.md lists the parts)'


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
    """Returns the text of an error that was raised for a user.

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
    for cause in chain(error):
        if not isinstance(cause, _KINDS):
            break
        if _is_raised_in((_PACKAGE, *map(str, tools)), cause):
            return _text(cause)
        told = _of_worker(cause)
        if told:
            return told
    if error.__traceback__ is None:
        return ''
    told = _of_config(error)
    if not told and isinstance(error, _KINDS):
        told = _of_part(error)
        if not told and _is_raised_in(_OTHERS, error):
            told = _text(error)
    return told
