"""State dicts of ActionCLIP, from its own code and from OpenMMLab's.

The official file holds two state dicts, CLIP's and that of the temporal
transformer; here keys of the second begin with ``fusion.``. Of its temporal
models, Transf and MeanP have a place here.
"""
from typing import Optional, Tuple

from .rename import OPENAI, State, Table, read, write

_ACTION_CLIP: Table = OPENAI + (
    ('fusion.frame_position_embeddings.weight', 'neck.positions'),
    ('fusion.transformer.resblocks.{i}.{block}', 'neck.blocks.{i}.{block}'),
)
_MMACTION: Table = tuple((f'clip.{theirs}', ours) for theirs, ours in OPENAI)
_MMACTION += (
    ('adapter.frame_position_embeddings.weight', 'neck.positions'),
    ('adapter.transformer.resblocks.{i}.{block}', 'neck.blocks.{i}.{block}'),
)


def from_action_clip(state: State) -> Tuple[State, State]:
    """Renames a state dict of the official ActionCLIP code.

    Args:
        state: CLIP in OpenAI's layout, and ``fusion.*``.

    Returns:
        Our state dict; the leftovers are empty.

    Raises:
        ValueError: names the keys that ActionCLIP with Transf does not have.
    """
    return read(state, 'action_clip', _ACTION_CLIP), {}


def to_action_clip(state: State, leftovers: Optional[State] = None) -> State:
    """Renames our state dict for the official ActionCLIP code.

    Args:
        state: our state dict.
        leftovers: of :func:`from_action_clip`; there are none.

    Raises:
        ValueError: names the keys that ActionCLIP has no place for.
    """
    return write(state, 'action_clip', _ACTION_CLIP)


def from_mmaction_action_clip(state: State) -> Tuple[State, State]:
    """Renames a state dict of the ActionCLIP project in MMAction2.

    Args:
        state: keys ``clip.*`` and ``adapter.*``.

    Returns:
        Our state dict; the leftovers are empty.

    Raises:
        ValueError: names the keys that this project does not have.
    """
    return read(state, 'mmaction_action_clip', _MMACTION), {}


def to_mmaction_action_clip(state: State,
                            leftovers: Optional[State] = None) -> State:
    """Renames our state dict for the ActionCLIP project in MMAction2.

    Args:
        state: our state dict.
        leftovers: of :func:`from_mmaction_action_clip`; there are none.

    Raises:
        ValueError: names the keys that this project has no place for.
    """
    return write(state, 'mmaction_action_clip', _MMACTION)
