"""The files of other code bases: their layouts, and how they hold weights."""
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Tuple

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from . import layouts
from .layouts import State
from .safe_pickle import StrPath, first_line, read_tensors


def _without_module(state: State) -> State:
    """Removes the prefix that DistributedDataParallel adds."""
    return {
        (key[len('module.'):] if key.startswith('module.') else key): value
        for key, value in state.items()
    }


def _checked(state: Any, source: str) -> State:
    """Returns a state dict; other values are a ValueError."""
    if not isinstance(state, Mapping):
        raise ValueError(f'{source}: the model must be a state dict, but is a '
                         f'{type(state).__name__}')
    strange = [k for k, v in state.items() if not isinstance(v, Tensor)]
    if strange:
        raise ValueError(f'{source}: these values are not tensors: '
                         f'{", ".join(strange)}')
    return _without_module(dict(state))


def state_of(checkpoint: Mapping[str, Any], source: str) -> State:
    """Returns the state dict of a checkpoint, without ``module.`` in keys.

    Args:
        checkpoint: a state dict, or a dict that holds one under ``model``,
            ``model_state`` or ``state_dict``.
        source: name of the checkpoint in messages.

    Raises:
        ValueError: names the values that are not tensors.
    """
    for name in ('model', 'model_state', 'state_dict'):
        if name in checkpoint:
            return _checked(checkpoint[name], source)
    return _checked(checkpoint, source)


def two_states_of(checkpoint: Mapping[str, Any], source: str) -> State:
    """Returns the weights of an official file of ActionCLIP.

    Args:
        checkpoint: content of the file.
        source: name of the checkpoint in messages.

    Returns:
        CLIP's state dict, and the temporal model's below ``fusion.``.

    Raises:
        ValueError: one of the two is not there.
    """
    names = 'model_state_dict', 'fusion_model_state_dict'
    absent = [name for name in names if name not in checkpoint]
    if absent:
        raise ValueError(f'{source} does not hold {", ".join(absent)}: the '
                         'official files of ActionCLIP hold both')
    clip, fusion = (_checked(checkpoint[name], source) for name in names)
    return {**clip, **{f'fusion.{k}': v for k, v in fusion.items()}}


def _two_states(state: State) -> Dict[str, State]:
    """Undoes :func:`two_states_of`."""
    fusion = {
        key.replace('fusion.', 'module.', 1): value
        for key, value in state.items() if key.startswith('fusion.')
    }
    clip = {k: v for k, v in state.items() if not k.startswith('fusion.')}
    return dict(model_state_dict=clip, fusion_model_state_dict=fusion)


def _holding(state: State, name: str = '', prefix: str = '') -> Dict[str, Any]:
    """Returns a file that holds a state dict under a name, or is one."""
    state = {f'{prefix}{key}': value for key, value in state.items()}
    return {name: state} if name else state


_IN_MODULE = partial(_holding, name='model', prefix='module.')


class Layout(NamedTuple):
    """How the files of a code base are read and written.

    Attributes:
        read: turns their state dict into ours and leftovers.
        write: turns ours and leftovers into theirs, if that is possible.
        wrap: makes the content of a file from their state dict.
        unwrap: returns the state dict of a file's content.
        left_out: keys of ours that their files do not hold.
    """
    read: Callable[[State], Tuple[State, State]]
    write: Optional[Callable[[State, Optional[State]], State]] = None
    wrap: Callable[[State], Dict[str, Any]] = _IN_MODULE
    unwrap: Callable[[Mapping[str, Any], str], State] = state_of
    left_out: Tuple[str, ...] = ()


def _files_of(
        layout: layouts.TableLayout,
        wrap: Callable[[State], Dict[str, Any]] = _IN_MODULE,
        unwrap: Callable[[Mapping[str, Any], str],
                         State] = state_of) -> Layout:
    """Returns how files of a table's layout are read and written."""
    return Layout(layout.read, layout.write, wrap, unwrap, layout.left_out)


LAYOUTS = dict(
    tc_clip=_files_of(layouts.TC_CLIP),
    vifi_clip=_files_of(layouts.VIFI_CLIP),
    action_clip=_files_of(layouts.ACTION_CLIP, _two_states, two_states_of),
    mmaction_action_clip=_files_of(layouts.MMACTION_ACTION_CLIP,
                                   partial(_holding, name='state_dict')),
    a5=_files_of(layouts.A5, partial(_holding, name='state_dict')),
    x_clip=_files_of(layouts.X_CLIP, partial(_holding, name='model')),
    hf_x_clip=_files_of(layouts.HF_X_CLIP, _holding),
    vita_clip=_files_of(layouts.VITA_CLIP),
    open_vclip=_files_of(layouts.OPEN_VCLIP,
                         partial(_holding, name='model_state')),
    froster=_files_of(layouts.FROSTER, partial(_holding, name='model_state')),
    ost=_files_of(layouts.OST),
    maxi=_files_of(layouts.MAXI),
    openai=Layout(layouts.OPENAI.read),
    mmpretrain=Layout(layouts.from_mmpretrain))
# Layouts that our checkpoints can be converted to.
WRITABLE = tuple(name for name, layout in LAYOUTS.items() if layout.write)


def read_file(path: StrPath) -> Dict[str, Any]:
    """Reads a checkpoint of any code base, without running pickled code.

    Args:
        path: file of ``torch.save``, or a ``.safetensors`` file.

    Raises:
        OSError: the file cannot be opened.
        ValueError: see :func:`read_tensors`; also a broken ``.safetensors``
            file.
    """
    if Path(path).suffix == '.safetensors':
        try:
            return load_file(path)
        except SafetensorError as error:
            raise ValueError(f'{path} is not a .safetensors file, or broken: '
                             f'{first_line(error)}') from error
    return read_tensors(path)
