"""State dicts of OpenAI's CLIP, whose layout open_clip shares."""
from typing import Tuple

from .rename import OPENAI, State, read


def from_openai(state: State) -> Tuple[State, State]:
    """Renames a state dict in OpenAI's layout.

    Args:
        state: as ``load_clip`` returns it.

    Returns:
        Our state dict; the leftovers are empty.

    Raises:
        ValueError: names the keys that a CLIP of two ViTs does not have.
    """
    return read(state, 'openai', OPENAI), {}
