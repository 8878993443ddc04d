"""Checks which tensors of one state dict fit into another.

There is one rule: shapes are equal, or the target has further leading axes,
along which the values are repeated. So CLIP's positions ``(N, D)`` fit joint
positions of all frames ``(T, N, D)``.
"""
from typing import Iterable, List, Mapping, Sequence

from torch import Tensor


def fits(source: Tensor, target: Tensor) -> bool:
    """Returns whether ``source`` can be repeated to ``target``'s shape."""
    want = tuple(target.shape)
    return want[max(len(want) - source.dim(), 0):] == tuple(source.shape)


def first_of(names: Sequence[str], count: int = 3, join: str = ', ') -> str:
    """Joins the first names, and says how many more there are.

    Args:
        names: names, or other short texts.
        count: number of names to show.
        join: what stands between them.
    """
    more = f'{join}and {len(names) - count} more' if len(names) > count else ''
    return join.join(names[:count]) + more


def misfits(source: Mapping[str, Tensor], target: Mapping[str, Tensor],
            keys: Iterable[str]) -> List[str]:
    """Describes the tensors of the source that do not fit the target.

    Args:
        source: the state dict to read from.
        target: the state dict to fill.
        keys: keys that ``target`` should get from ``source``.

    Returns:
        First a line that lists the keys ``source`` lacks, then one for each
        shape that does not fit. Empty where all fit.
    """
    wanted = sorted(keys)
    missing = [key for key in wanted if key not in source]
    lines = [f'missing keys: {", ".join(missing)}'] if missing else []
    for key in wanted:
        if key in source and not fits(source[key], target[key]):
            have, want = tuple(source[key].shape), tuple(target[key].shape)
            lines.append(f'shape of {key}: have {have}, want {want}')
    return lines
