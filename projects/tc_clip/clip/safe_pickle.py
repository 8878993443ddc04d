"""Reads the tensors of a checkpoint without running code from its pickle.

Official TC-CLIP checkpoints hold a pickled OmegaConf object beside the
weights. ``torch.load(weights_only=True)`` cannot read them: it refuses the
whole file at the first unknown class, and declaring OmegaConf safe would
require an installed OmegaConf and run its code. A plain ``torch.load`` imports
and calls everything that the file names. Here the whole pickle is read, and
every name except the few that tensors need becomes a stand-in that does
nothing.
"""
import types
import zipfile
from os import PathLike
from typing import IO, Any, Callable, Dict, Union

import torch

from ..compat.checkpoints import (TENSOR_FUNCTIONS, TENSOR_TYPES,
                                  FrugalUnpickler)
from .damaged_files import naming_damage

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


def is_torchscript(path: StrPath) -> bool:
    """Returns whether a file is a TorchScript archive.

    Args:
        path: any file.

    Returns:
        True for files of ``torch.jit.save``, such as OpenAI's CLIP files.
    """
    try:
        if not zipfile.is_zipfile(path):
            return False
        with zipfile.ZipFile(path) as archive:
            return any(
                name.endswith('/constants.pkl') for name in archive.namelist())
    except (NotImplementedError, UnicodeDecodeError, zipfile.BadZipFile):
        return False


def read_tensors(path: StrPath) -> Dict[str, Any]:
    """Reads a file of ``torch.save``, old or new format, onto the CPU.

    Args:
        path: the checkpoint.

    Returns:
        The saved object: tensors, standard containers, numbers and strings as
        they were, a :class:`StandIn` for each object of any other class.

    Raises:
        OSError: the file cannot be opened.
        ValueError: the file is damaged, see :func:`naming_damage`, is a
            TorchScript archive, or does not hold a dict.
    """
    if is_torchscript(path):
        raise ValueError(f'{path} is a TorchScript archive, not a checkpoint '
                         'of tensors; convert it as layout `openai`.')
    with naming_damage(path):
        checkpoint = torch.load(
            path,
            map_location='cpu',
            pickle_module=_PICKLE_MODULE,
            weights_only=False)
    return checked_dict(path, checkpoint)


def checked_dict(path: StrPath, checkpoint: Any) -> Dict[str, Any]:
    """Returns the content of a checkpoint, which is a dict.

    Args:
        path: the file.
        checkpoint: what it holds.

    Raises:
        ValueError: it is not a dict.
    """
    if not isinstance(checkpoint, dict):
        raise ValueError(f'{path} must hold a dict, but holds a '
                         f'{type(checkpoint).__name__}.')
    return checkpoint
