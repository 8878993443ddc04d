"""Reads the tensors of a checkpoint without running code from its pickle.

Official TC-CLIP checkpoints hold a pickled OmegaConf object beside the
weights. ``torch.load(weights_only=True)`` cannot read them: it refuses the
whole file at the first unknown class, and declaring OmegaConf safe would
require an installed OmegaConf and run its code. A plain ``torch.load`` imports
and calls everything that the file names. Here the whole pickle is read, and
every name except the few that tensors need becomes a stand-in that does
nothing.
"""
import os
import types
import zipfile
from os import PathLike
from typing import IO, Any, Callable, Dict, List, Union

import torch

from ..compat.checkpoints import (TENSOR_FUNCTIONS, TENSOR_TYPES,
                                  FrugalUnpickler)

StrPath = Union[str, 'PathLike[str]']


class StandIn:
    """Replaces a class or function that is not trusted, and its instances.

    It accepts every operation of a pickle, stores nothing and calls nothing.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __call__(self, *args: Any, **kwargs: Any) -> 'StandIn':
        return self

    # The unpickler calls these to set the state and the items of an object.
    __setstate__ = __setitem__ = append = extend = add = __call__


def _isolate(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps a function, so that the pickle never gets the function itself."""
    # A pickle may set attributes of any object that it is given.
    return lambda *args: function(*args)


class TensorUnpickler(FrugalUnpickler):
    """Unpickler that knows tensors and the containers of the standard types.

    Every other global in the file resolves to :class:`StandIn`; nothing is
    imported.
    """

    def find_class(self, module: str, name: str) -> Any:
        """Looks a global up in the list of allowed ones.

        Args:
            module: module that the pickle names.
            name: name in that module.

        Returns:
            The allowed object, or ``StandIn``.
        """
        if (module, name) in TENSOR_FUNCTIONS:
            return _isolate(TENSOR_FUNCTIONS[module, name])
        return TENSOR_TYPES.get((module, name), StandIn)


def _load(file: IO[bytes], **kwargs: Any) -> Any:
    """Replaces ``pickle.load``."""
    return TensorUnpickler(file, **kwargs).load()


_PICKLE_MODULE = types.SimpleNamespace(
    __name__=__name__, Unpickler=TensorUnpickler, load=_load)


def _items(path: StrPath) -> List[zipfile.ZipInfo]:
    """Lists what an archive holds; nothing for other and broken files."""
    if not zipfile.is_zipfile(path):
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (NotImplementedError, UnicodeDecodeError, zipfile.BadZipFile):
        return []


def is_torchscript(path: StrPath) -> bool:
    """Returns whether a file is a TorchScript archive.

    Args:
        path: any file.

    Returns:
        True for files of ``torch.jit.save``, such as OpenAI's CLIP files.
    """
    return any(
        item.filename.endswith('/constants.pkl') for item in _items(path))


def check_sizes(path: StrPath) -> None:
    """Checks that an archive does not unpack to more than its file holds.

    ``torch.save`` does not compress. A compressed file of some megabytes could
    fill the memory.

    Args:
        path: any file; one that is not an archive passes.

    Raises:
        ValueError: the archive claims more bytes than the file has.
    """
    claimed = sum(item.file_size for item in _items(path))
    size = os.path.getsize(path)
    if claimed > size:
        raise ValueError(
            f'{path} claims to hold {claimed} bytes, but has only '
            f'{size}: torch.save does not write such files')


def first_line(error: Exception) -> str:
    """Returns what an error says, as one short line."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def read_tensors(path: StrPath) -> Dict[str, Any]:
    """Reads a file of ``torch.save``, old or new format, onto the CPU.

    Args:
        path: the checkpoint.

    Returns:
        The saved object: tensors, standard containers, numbers and strings as
        they were, a :class:`StandIn` for each object of any other class.

    Raises:
        OSError: the file cannot be opened.
        ValueError: the file is broken, a TorchScript archive, or does not hold
            a dict.
    """
    if is_torchscript(path):
        raise ValueError(f'{path} is a TorchScript archive, not a checkpoint '
                         'of tensors; convert it as layout `openai`.')
    check_sizes(path)
    try:
        checkpoint = torch.load(
            path,
            map_location='cpu',
            pickle_module=_PICKLE_MODULE,
            weights_only=False)
    except OSError:
        raise
    except Exception as error:  # a broken file, whatever its error
        raise ValueError(f'{path} is not a file of torch.save, or broken: '
                         f'{first_line(error)}') from error
    if not isinstance(checkpoint, dict):
        raise ValueError(f'{path} must hold a dict, but holds a '
                         f'{type(checkpoint).__name__}.')
    return checkpoint
