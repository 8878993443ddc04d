"""State dicts of the official code of MAXI, whose keys are ViFi-CLIP's."""
from typing import Optional, Tuple

from .rename import State
from .tc_clip import from_vifi_clip, to_vifi_clip


def from_maxi(state: State) -> Tuple[State, State]:
    """Renames a state dict of the official MAXI code.

    Args:
        state: keys of its file without ``module.``.

    Returns:
        Our state dict without token embedding, which stays CLIP's, and the
        buffers of its prompt learner, if there are any: files of trainings
        have none.

    Raises:
        ValueError: names the keys that official MAXI does not have.
    """
    return from_vifi_clip(state)


def to_maxi(state: State, leftovers: Optional[State] = None) -> State:
    """Renames our state dict for the official MAXI code.

    Args:
        state: our state dict; the token embedding is left out.
        leftovers: buffers that :func:`from_maxi` set aside.

    Raises:
        ValueError: names the keys that official MAXI has no place for.
    """
    return to_vifi_clip(state, leftovers)
