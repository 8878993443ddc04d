"""Reads the tensors of a checkpoint without running what its pickle says.

Official TC-CLIP checkpoints hold a pickled OmegaConf object beside the
weights. ``torch.load(weights_only=True)`` is of no use for them, not even as a
first try: it refuses the whole file at the first class that it does not know,
and telling it that OmegaConf is safe would need OmegaConf installed and would
run its code. A plain ``torch.load`` imports and calls whatever the file names.
Here the pickle is read to its end, and everything but the few names that
tensors are made of becomes a stand-in that does nothing.
"""
import pickle
import types
import zipfile
from collections import OrderedDict
from os import PathLike
from typing import IO, Any, Callable, Dict, Tuple, Union

import torch
from torch import _utils

StrPath = Union[str, 'PathLike[str]']
Name = Tuple[str, str]  # module, name

# Storage classes are not listed: torch.load itself exchanges them for dtypes.
_DTYPES = {k: v for k, v in vars(torch).items() if isinstance(v, torch.dtype)}
_TYPES: Dict[Name, Any] = {
    ('collections', 'OrderedDict'): OrderedDict,
    ('torch', 'Size'): torch.Size,
    ('torch', 'device'): torch.device,
    **{
        ('torch', name): dtype
        for name, dtype in _DTYPES.items()
    },
}
_FUNCTIONS: Dict[Name, Callable[..., Any]] = {
    ('torch._utils', '_rebuild_tensor'): _utils._rebuild_tensor,
    ('torch._utils', '_rebuild_tensor_v2'): _utils._rebuild_tensor_v2,
    ('torch._utils', '_rebuild_parameter'): _utils._rebuild_parameter,
}


class StandIn:
    """Stands for a class or function that is not trusted, and its instances.

    It accepts everything that a pickle can ask of an object, and keeps and
    calls nothing.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __call__(self, *args: Any, **kwargs: Any) -> 'StandIn':
        return self

    # What the unpickler calls to give an object its state and its items.
    __setstate__ = __setitem__ = append = extend = add = __call__


def _isolate(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps a function anew, so that the pickle never holds it."""
    # A pickle may set attributes of any object that it is given.
    return lambda *args: function(*args)


class TensorUnpickler(pickle.Unpickler):
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
        if (module, name) in _FUNCTIONS:
            return _isolate(_FUNCTIONS[module, name])
        return _TYPES.get((module, name), StandIn)


def _load(file: IO[bytes], **kwargs: Any) -> Any:
    """Stands for ``pickle.load``."""
    return TensorUnpickler(file, **kwargs).load()


_PICKLE_MODULE = types.SimpleNamespace(
    __name__=__name__, Unpickler=TensorUnpickler, load=_load)


def is_torchscript(path: StrPath) -> bool:
    """Tells whether a file is a TorchScript archive.

    Args:
        path: any file.

    Returns:
        True for what ``torch.jit.save`` writes, such as OpenAI's CLIP files.
    """
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(
            name.endswith('/constants.pkl') for name in archive.namelist())


def read_tensors(path: StrPath) -> Dict[str, Any]:
    """Reads a file of ``torch.save``, old or new format, onto the CPU.

    Args:
        path: the checkpoint.

    Returns:
        What was saved: tensors, standard containers, numbers and strings as
        they were, a :class:`StandIn` for each object of any other class.

    Raises:
        ValueError: if the file is a TorchScript archive or not a dict.
    """
    if is_torchscript(path):
        raise ValueError(
            f'{path} is a TorchScript archive, not a checkpoint of '
            'tensors; convert it as layout `openai`.')
    checkpoint = torch.load(
        path,
        map_location='cpu',
        pickle_module=_PICKLE_MODULE,
        weights_only=False)
    if not isinstance(checkpoint, dict):
        raise ValueError(f'{path} must hold a dict, but holds a '
                         f'{type(checkpoint).__name__}.')
    return checkpoint
