"""State dicts of FROSTER, with or without the teacher.

Official files hold the teacher, CLIP. Ours do with ``save_teacher=True`` of
:class:`DistilledRecognizer`; otherwise it is not used.
"""
from typing import Optional, Tuple

from .rename import OPENAI, State, Table, read, write

_FROSTER: Table = (
    *((f'model.{theirs}', ours) for theirs, ours in OPENAI),
    *((f'raw_model.{theirs}', f'teacher.{ours}') for theirs, ours in OPENAI),
    ('projector_v.{i}.weight', 'distillation.image_projector.{i}.weight'),
    ('projector_t.{i}.weight', 'distillation.text_projector.{i}.weight'),
)


def from_froster(state: State) -> Tuple[State, State]:
    """Renames a state dict of the official FROSTER code.

    Args:
        state: the ``model_state`` of its file.

    Returns:
        Our state dict; the leftovers are empty.

    Raises:
        ValueError: names the keys that FROSTER does not have.
    """
    return read(state, 'froster', _FROSTER), {}


def to_froster(state: State, leftovers: Optional[State] = None) -> State:
    """Renames our state dict for the official FROSTER code.

    Args:
        state: our state dict.
        leftovers: of :func:`from_froster`; there are none.

    Raises:
        ValueError: names the keys that FROSTER has no place for.
    """
    return write(state, 'froster', _FROSTER)
