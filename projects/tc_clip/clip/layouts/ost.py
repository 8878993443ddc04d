"""State dicts of the official code of OST: CLIP's towers, all of them."""
from typing import Optional, Tuple

from .rename import SCALE, State, Table, read, write

_OST: Table = SCALE + (
    ('image_encoder.{vision}', 'backbone.{vision}'),
    ('text_encoder.{text}', 'cls_head.text_encoder.{text}'),
)


def from_ost(state: State) -> Tuple[State, State]:
    """Renames a state dict of the official OST code.

    Args:
        state: keys of its file without ``module.``.

    Returns:
        Our state dict; the leftovers are empty.

    Raises:
        ValueError: names the keys that official OST does not have.
    """
    return read(state, 'ost', _OST), {}


def to_ost(state: State, leftovers: Optional[State] = None) -> State:
    """Renames our state dict for the official OST code.

    Args:
        state: our state dict.
        leftovers: of :func:`from_ost`; there are none.

    Raises:
        ValueError: names the keys that official OST has no place for.
    """
    return write(state, 'ost', _OST)
