"""Says what a checkpoint lacks, and why it probably does."""
from typing import Any, List, Mapping

import torch
from torch import Tensor

from .fitting import first_of
from .recognition import nearest_layout

# Counters of batch norms, which old checkpoints lack; nothing reads them.
_COUNTER = 'num_batches_tracked'


def _is_broken(value: Tensor, wanted: Tensor) -> bool:
    """Returns whether a weight holds NaN or infinity, or another kind."""
    if value.is_floating_point() != wanted.is_floating_point():
        return True
    return value.is_floating_point() and not bool(
        torch.isfinite(value).all().item())


def faults(given: Mapping[str, Any], wanted: Mapping[str,
                                                     Tensor]) -> List[str]:
    """Lists what keeps a state dict from setting all weights of a module.

    Args:
        given: the state dict to load.
        wanted: the state dict of the module.

    Returns:
        A line each for missing weights, other shapes, and values that are not
        numbers, with counts and the first names; empty if all fits.
    """
    missing = [k for k in wanted if k not in given and _COUNTER not in k]
    shared = [k for k in wanted if k in given]
    no_tensors = [k for k in shared if not isinstance(given[k], Tensor)]
    tensors = [k for k in shared if isinstance(given[k], Tensor)]
    shapes = [k for k in tensors if given[k].shape != wanted[k].shape]
    broken = [
        k for k in tensors
        if k not in shapes and _is_broken(given[k], wanted[k])
    ]
    lines = []
    if missing:
        lines.append(f'{len(missing)} of {len(wanted)} weights are missing: '
                     f'{first_of(missing)}')
    if no_tensors:
        lines.append(f'{len(no_tensors)} are not tensors: '
                     f'{first_of(no_tensors)}')
    if shapes:
        pairs = (f'{k} {tuple(given[k].shape)} instead of '
                 f'{tuple(wanted[k].shape)}' for k in shapes)
        lines.append(f'{len(shapes)} have another shape: {first_of([*pairs])}')
    if broken:
        lines.append(f'{len(broken)} hold NaN or infinity, or integers in '
                     f'place of numbers: {first_of(broken)}')
    return lines


def unused(given: Mapping[str, Any], wanted: Mapping[str, Tensor]) -> str:
    """Names the weights of a state dict that a module has no use for.

    Args:
        given: the state dict to load.
        wanted: the state dict of the module.

    Returns:
        Their number and the first names; '' if there are none.
    """
    names = [key for key in given if key not in wanted]
    return f'{len(names)} weights are not used: {first_of(names)}' \
        if names else ''


def likely_reason(given: Mapping[str, Any], wanted: Mapping[str,
                                                            Tensor]) -> str:
    """Guesses why a state dict does not fit, and says what to do.

    Args:
        given: the state dict to load.
        wanted: the state dict of the module.
    """
    shared = [k for k in wanted if isinstance(given.get(k), Tensor)]
    shapes = [k for k in shared if given[k].shape != wanted[k].shape]
    if not given:
        return 'The file holds no weights: give another one.'
    if not shared:
        nearest = nearest_layout(given)
        return (
            f'Its first names are {first_of([*given])}: it is a file of '
            'another model or project. Files of other projects are those of '
            'tools/convert_weights.py.' + (f' {nearest}' if nearest else ''))
    if shapes and all('positional_embedding' in k for k in shapes):
        return ("It was trained with other positions: set the backbone's "
                "pos_embed ('space' or 'joint'), num_frames and arch as in "
                'its training.')
    return ('It was trained with another arch or other options: give the '
            'config that it was trained with.')
