"""State dicts of Open-VCLIP: CLIP's, as it adds no parameters."""
from typing import Optional, Tuple

from .rename import OPENAI, State, Table, read, write

_OPEN_VCLIP: Table = tuple(
    (f'model.{theirs}', ours) for theirs, ours in OPENAI)


def from_open_vclip(state: State) -> Tuple[State, State]:
    """Renames a state dict of the official Open-VCLIP code.

    Args:
        state: the ``model_state`` of its file.

    Returns:
        Our state dict; the leftovers are empty.

    Raises:
        ValueError: names the keys that Open-VCLIP does not have.
    """
    return read(state, 'open_vclip', _OPEN_VCLIP), {}


def to_open_vclip(state: State, leftovers: Optional[State] = None) -> State:
    """Renames our state dict for the official Open-VCLIP code.

    Args:
        state: our state dict.
        leftovers: of :func:`from_open_vclip`; there are none.

    Raises:
        ValueError: names the keys that Open-VCLIP has no place for.
    """
    return write(state, 'open_vclip', _OPEN_VCLIP)
