"""Lets ``torch.load`` read MMEngine's checkpoints, and run nothing else.

A pickle may name any function to call. From torch 2.6 on, ``torch.load`` calls
only those that weights need. Here earlier releases do the same, and both also
know the ``HistoryBuffer`` and the numpy values that MMEngine saves.
"""
import codecs
import functools
import inspect
import os
import pickle
import types
from collections import OrderedDict
from typing import IO, Any, Callable, Dict, List, Tuple

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from torch import _utils

Name = Tuple[str, str]  # module, name
# Storage classes are not listed: torch.load itself exchanges them for dtypes.
_DTYPES = {k: v for k, v in vars(torch).items() if isinstance(v, torch.dtype)}
TENSOR_TYPES: Dict[Name, Any] = {
    ('collections', 'OrderedDict'): OrderedDict,
    ('torch', 'Size'): torch.Size,
    ('torch', 'device'): torch.device,
    **{
        ('torch', name): dtype
        for name, dtype in _DTYPES.items()
    },
}
TENSOR_FUNCTIONS: Dict[Name, Callable[..., Any]] = {
    ('torch._utils', '_rebuild_tensor'): _utils._rebuild_tensor,
    ('torch._utils', '_rebuild_tensor_v2'): _utils._rebuild_tensor_v2,
    ('torch._utils', '_rebuild_parameter'): _utils._rebuild_parameter,
}
_STATISTICS = ('min', 'max', 'current', 'mean')
_core: Any = np.core if np.__version__[:2] == '1.' else getattr(np, '_core')


def _known_as(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps a function so that ``torch.load`` finds it under a name."""

    def known(*args: Any) -> Any:
        return function(*args)

    known.__module__, _, known.__qualname__ = name.rpartition('.')
    return known


def _statistic(owner: Any, name: str) -> Any:
    """Replaces ``getattr``; allows only the statistics of HistoryBuffer."""
    if owner is not HistoryBuffer or name not in _STATISTICS:
        raise pickle.UnpicklingError(
            f'A checkpoint asks for the attribute {name!r} of {owner!r}, '
            f'which is not in the statistics {_STATISTICS} of HistoryBuffer')
    return getattr(owner, name)


def _mmengine_globals() -> List[Any]:
    """Returns what MMEngine's checkpoints name beside tensors."""
    dtypes = {type(np.dtype(name)) for name in ('f4', 'f8', 'i4', 'i8', '?')}
    # numpy 2 renamed numpy.core, and checkpoints may have either name
    arrays = [
        _known_as(f'numpy.{package}.multiarray.{name}',
                  getattr(_core.multiarray, name))
        for package in ('core', '_core') for name in ('_reconstruct', 'scalar')
    ]
    return [
        HistoryBuffer,
        _known_as('builtins.getattr', _statistic), np.ndarray, np.dtype,
        *arrays, *dtypes
    ]


def allow_mmengine_checkpoints() -> None:
    """Declares safe what MMEngine saves beside the weights, one by one.

    From torch 2.6 on, ``torch.load`` refuses it (mmengine issue 1655).
    """
    if hasattr(torch.serialization, 'add_safe_globals'):
        torch.serialization.add_safe_globals(_mmengine_globals())


class FrugalUnpickler(pickle._Unpickler):
    """Unpickler in Python, whose memory the length of a file limits.

    Python's faster one reserves as many places as a number in the pickle
    says: 64 GB for a file of seven bytes.
    """
    dispatch = {
        code: load
        for code, load in pickle._Unpickler.dispatch.items()
        if code != pickle.BYTEARRAY8[0]  # as many bytes as a number says
    }


class CheckpointUnpickler(FrugalUnpickler):
    """Unpickler that knows tensors, and what MMEngine saves beside them."""

    allowed: Dict[Name, Any] = {
        **TENSOR_TYPES,
        **TENSOR_FUNCTIONS,
        ('_codecs', 'encode'): codecs.encode,  # bytes of numpy values
        ('__builtin__', 'getattr'): _statistic,  # in pickles of protocol 2
        **{
            (part.__module__, part.__qualname__): part
            for part in _mmengine_globals()
        },
    }

    def find_class(self, module: str, name: str) -> Any:
        """Looks a global of the file up in the list of allowed ones.

        Args:
            module: module that the pickle names.
            name: name in that module.

        Returns:
            The class, or a function that does the same as the named one.

        Raises:
            UnpicklingError: the global is not in the list.
        """
        if (module, name) not in self.allowed:
            raise pickle.UnpicklingError(
                f'The file names {module}.{name}, which weights do not need '
                'and which could run any code: it is not loaded. Read files '
                'of other projects with tools/convert_weights.py; for a file '
                'that you trust, call torch.load(..., weights_only=False)')
        part = self.allowed[module, name]
        # A pickle may set attributes of any object that it is given.
        return (
            lambda *args: part(*args)) if inspect.isfunction(part) else part


def _load(file: IO[bytes], **kwargs: Any) -> Any:
    """Replaces ``pickle.load``."""
    return CheckpointUnpickler(file, **kwargs).load()


_PICKLE_MODULE = types.SimpleNamespace(
    __name__=__name__, Unpickler=CheckpointUnpickler, load=_load)


def loads_pickles() -> bool:
    """Returns whether ``torch.load`` runs code of files by default."""
    forced = os.getenv('TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', '0')
    major, minor = torch.__version__.split('.')[:2]
    return (int(major),
            int(minor)) < (2, 6) or forced.lower() in ('1', 'y', 'yes', 'true')


def restrict_loading() -> bool:
    """Makes ``torch.load`` restricted where it is not by default.

    That is before torch 2.6, and where ``TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD`` is
    set. A caller who sets ``weights_only`` or ``pickle_module`` gets what they
    ask for.

    Returns:
        Whether it was replaced.
    """
    if not loads_pickles():
        return False
    load = torch.load

    @functools.wraps(load)
    def restricted(*args: Any, **kwargs: Any) -> Any:
        if not {'weights_only', 'pickle_module'} & kwargs.keys():
            kwargs.update(pickle_module=_PICKLE_MODULE, weights_only=False)
        return load(*args, **kwargs)

    setattr(torch, 'load', restricted)
    setattr(torch.serialization, 'load', restricted)
    return True
