"""Renames the keys of a state dict by a table.

A layout is a table of pairs of key templates, (theirs, ours). ``{part}`` is
replaced by a pattern of ``_PARTS``; the first pair that fits a key renames it.
Read from right to left, a table renames our keys to theirs.
"""
import re
from typing import (Callable, Dict, List, NamedTuple, Optional, Pattern,
                    Sequence, Tuple)

import torch
from torch import Tensor

from ..fitting import first_of

State = Dict[str, Tensor]
Table = Tuple[Tuple[str, str], ...]

TOKEN_EMBEDDING = 'cls_head.text_encoder.token_embedding.weight'

_BLOCK = (r'attn\.in_proj_(?:weight|bias)|(?:ln_1|ln_2|attn\.out_proj'
          r'|mlp\.c_fc|mlp\.c_proj)\.(?:weight|bias)')
_BLOCKS = rf'transformer\.resblocks\.\d+\.(?:{_BLOCK})'
_VISION = (r'class_embedding|positional_embedding|proj|conv1\.weight|'
           rf'ln_(?:pre|post)\.(?:weight|bias)|{_BLOCKS}')
_TEXT = (r'token_embedding\.weight|positional_embedding|text_projection|'
         rf'ln_final\.(?:weight|bias)|{_BLOCKS}')
_PARTS = dict(
    i=r'\d+',
    affine='weight|bias',
    tower='visual|backbone',
    projection='q_proj|k_proj|v_proj|proj',
    attention=r'in_proj_(?:weight|bias)|out_proj\.(?:weight|bias)',
    block=_BLOCK,
    vision=_VISION,
    text=_TEXT,
    prompting=rf'ln_1_kv\.(?:weight|bias)|{_BLOCK}')

SCALE: Table = (('logit_scale', 'cls_head.logit_scale'), )
# CLIP's two towers in OpenAI's layout
CLIP_TABLE: Table = SCALE + (
    ('visual.{vision}', 'backbone.{vision}'),
    ('{text}', 'cls_head.text_encoder.{text}'),
)


class UnknownKeys(ValueError):
    """Raised where a layout does not have all keys of a state dict.

    Args:
        complaint: the message, which the first keys complete.
        keys: the keys that the layout does not have.
    """

    def __init__(self, complaint: str, keys: Sequence[str]) -> None:
        super().__init__(f'{complaint}: {first_of([*keys])}')
        self.keys = [*keys]


def _pattern(template: str) -> Pattern[str]:
    """Compiles a key template; its parts become named groups."""
    pieces = re.split(r'\{(\w+)\}', template)
    # literals alternate with names of parts
    pieces[::2] = map(re.escape, pieces[::2])
    pieces[1::2] = [f'(?P<{name}>{_PARTS[name]})' for name in pieces[1::2]]
    return re.compile(''.join(pieces))


def _rename(state: State, table: Table, complaint: str) -> State:
    """Renames every key by the first pair that fits; unknown keys raise."""
    rules = [(_pattern(old), new) for old, new in table]
    renamed: State = {}
    unknown: List[str] = []
    for key, value in state.items():
        for pattern, new in rules:
            match = pattern.fullmatch(key)
            if match:
                renamed[new.format(**match.groupdict())] = value
                break
        else:
            unknown.append(key)
    if unknown:
        raise UnknownKeys(complaint, unknown)
    return renamed


def set_aside(state: State, pattern: str) -> Tuple[State, State]:
    """Splits a state dict by a pattern of keys.

    Args:
        state: the state dict.
        pattern: regular expression of whole keys.

    Returns:
        The tensors whose keys do not match, and the others.
    """
    aside = {k: v for k, v in state.items() if re.fullmatch(pattern, k)}
    return {k: v for k, v in state.items() if k not in aside}, aside


def join_qkv(state: State, layers: str) -> State:
    """Stacks q_proj, k_proj and v_proj of attention layers to in_proj.

    Args:
        state: the state dict.
        layers: regular expression of names of attention layers.

    Raises:
        ValueError: one of the three is missing.
    """
    joined = dict(state)
    for key in state:
        match = re.fullmatch(rf'({layers}\.)q_proj(\.weight|\.bias)', key)
        if not match:
            continue
        prefix, leaf = match.groups()
        keys = [f'{prefix}{x}_proj{leaf}' for x in 'qkv']
        absent = [k for k in keys if k not in state]
        if absent:
            raise ValueError(f'{key} is there, but not {", ".join(absent)}')
        parts = [joined.pop(k) for k in keys]
        joined[f'{prefix}in_proj_{leaf[1:]}'] = torch.cat(parts)
    return joined


def split_qkv(state: State, layers: str) -> State:
    """Undoes :func:`join_qkv`.

    Args:
        state: the state dict.
        layers: see :func:`join_qkv`.
    """
    split: State = {}
    for key, value in state.items():
        prefix, found, leaf = key.partition('in_proj_')
        if not (found and re.fullmatch(rf'{layers}\.', prefix)):
            split[key] = value
            continue
        for name, part in zip('qkv', value.chunk(3)):
            # a copy: a chunk would be saved with its whole storage
            split[f'{prefix}{name}_proj.{leaf}'] = part.clone()
    return split


def reshaped(state: State, pattern: str, change: Callable[[Tensor],
                                                          Tensor]) -> State:
    """Changes the shape of the tensors whose whole keys match a pattern.

    Args:
        state: the state dict.
        pattern: regular expression of whole keys.
        change: function such as ``lambda x: x[0]``.
    """
    return {
        key: change(x) if re.fullmatch(pattern, key) else x
        for key, x in state.items()
    }


def _without_first(x: Tensor) -> Tensor:
    """Removes the first axis, of length 1."""
    return x.squeeze(0)


def _with_first(x: Tensor) -> Tensor:
    """Adds a first axis of length 1."""
    return x[None]


def _transposed(x: Tensor) -> Tensor:
    """Exchanges the axes of a matrix."""
    return x.t().contiguous()


class TableLayout(NamedTuple):
    """A layout: a table, and patterns of their keys for what it cannot say.

    Attributes:
        name: name of the layout, in messages.
        table: pairs of key templates, (theirs, ours).
        buffers: tensors that have no place in ours.
        attention: attention layers with separate query, key and value, which
            are stacked in ours.
        unit_axis: tensors with a first axis of length 1, which ours lack.
        transposed: matrices that are transposed in ours.
        left_out: our keys that their files do not hold.
    """
    name: str
    table: Table
    buffers: str = ''
    attention: str = ''
    unit_axis: str = ''
    transposed: str = ''
    left_out: Tuple[str, ...] = ()

    def read(self, state: State) -> Tuple[State, State]:
        """Renames a state dict of theirs.

        Args:
            state: their state dict, without ``module.`` in its keys.

        Returns:
            Our state dict, and the buffers.

        Raises:
            UnknownKeys: names the keys that the layout does not have.
        """
        state, leftovers = set_aside(state, self.buffers)
        state = reshaped(state, self.unit_axis, _without_first)
        state = reshaped(state, self.transposed, _transposed)
        state = join_qkv(state, self.attention)
        return _rename(state, self.table,
                       f'Keys unknown to the {self.name} layout'), leftovers

    def write(self, state: State, leftovers: Optional[State] = None) -> State:
        """Renames a state dict of ours, the inverse of :meth:`read`.

        Args:
            state: our state dict.
            leftovers: buffers that :meth:`read` returned.

        Raises:
            UnknownKeys: names the keys that the layout has no place for.
        """
        kept = {k: v for k, v in state.items() if k not in self.left_out}
        swapped = tuple((ours, theirs) for theirs, ours in self.table)
        theirs = _rename(kept, swapped,
                         f'Keys that {self.name} has no place for')
        theirs = split_qkv(theirs, self.attention)
        theirs = reshaped(theirs, self.unit_axis, _with_first)
        theirs = reshaped(theirs, self.transposed, _transposed)
        return {**theirs, **(leftovers or {})}
