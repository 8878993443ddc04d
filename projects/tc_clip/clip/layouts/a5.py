"""State dicts of A5 (Efficient-Prompt)."""
from typing import Optional, Tuple

from .rename import OPENAI, State, Table, read, write

_A5: Table = tuple(
    (f'clipmodel.{theirs}', ours) for theirs, ours in OPENAI) + (
        ('embedding.weight', 'cls_head.prompt_vectors'),
        ('temporalEmbedding.weight', 'neck.positions'),
        ('temporalModelling.resblocks.{i}.{block}', 'neck.blocks.{i}.{block}'),
    )


def from_a5(state: State) -> Tuple[State, State]:
    """Renames a state dict of the official A5 code.

    Args:
        state: the ``state_dict`` of its file.

    Returns:
        Our state dict; the leftovers are empty.

    Raises:
        ValueError: names the keys that A5 does not have.
    """
    return read(state, 'a5', _A5), {}


def to_a5(state: State, leftovers: Optional[State] = None) -> State:
    """Renames our state dict for the official A5 code.

    Args:
        state: our state dict.
        leftovers: of :func:`from_a5`; there are none.

    Raises:
        ValueError: names the keys that A5 has no place for.
    """
    return write(state, 'a5', _A5)
