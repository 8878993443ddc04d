"""State dicts of the official code of TC-CLIP and ViFi-CLIP.

Their files hold no token embedding: it stays CLIP's.
"""
from typing import Optional, Tuple

from .rename import (SCALE, State, Table, join_qkv, read, set_aside, split_qkv,
                     without_tokens, write)

_VIFI_CLIP: Table = SCALE + (
    ('image_encoder.{vision}', 'backbone.{vision}'),
    ('text_encoder.{text}', 'cls_head.text_encoder.{text}'),
)
_TC_CLIP: Table = _VIFI_CLIP + (
    ('prompt_learner.ctx', 'cls_head.prompt_vectors'),
    ('image_encoder.transformer.resblocks.{i}.attn.local_global_bias_table',
     'backbone.transformer.resblocks.{i}.local_global_bias'),
    ('text_encoder.prompt_generation_layer.{i}.{prompting}',
     'cls_head.prompting.layers.{i}.{prompting}'),
)
# Buffers that follow from the token embedding and the class names.
_BUFFERS = (r'prompt_learner\.'
            r'(?:complete_text_embeddings|token_prefix|token_suffix)')
_ATTENTION = r'image_encoder\..*\.attn'


def from_tc_clip(state: State) -> Tuple[State, State]:
    """Renames a state dict of the official TC-CLIP code.

    Args:
        state: keys of its file without ``module.``.

    Returns:
        Our state dict, and the buffers of its prompt learner.

    Raises:
        ValueError: names the keys that official TC-CLIP does not have.
    """
    state, leftovers = set_aside(state, _BUFFERS)
    return read(join_qkv(state, _ATTENTION), 'tc_clip', _TC_CLIP), leftovers


def to_tc_clip(state: State, leftovers: Optional[State] = None) -> State:
    """Renames our state dict for the official TC-CLIP code.

    Args:
        state: our state dict; the token embedding is left out.
        leftovers: buffers that :func:`from_tc_clip` set aside.

    Raises:
        ValueError: names the keys that official TC-CLIP has no place for.
    """
    theirs = write(without_tokens(state), 'tc_clip', _TC_CLIP)
    return {**split_qkv(theirs, _ATTENTION), **(leftovers or {})}


def from_vifi_clip(state: State) -> Tuple[State, State]:
    """Renames a state dict of the official ViFi-CLIP code.

    Args:
        state: keys of its file without ``module.``.

    Returns:
        Our state dict, and the buffers of its prompt learner.

    Raises:
        ValueError: names the keys that official ViFi-CLIP does not have.
    """
    state, leftovers = set_aside(state, _BUFFERS)
    return read(state, 'vifi_clip', _VIFI_CLIP), leftovers


def to_vifi_clip(state: State, leftovers: Optional[State] = None) -> State:
    """Renames our state dict for the official ViFi-CLIP code.

    Args:
        state: our state dict; the token embedding is left out.
        leftovers: buffers that :func:`from_vifi_clip` set aside.

    Raises:
        ValueError: names the keys that ViFi-CLIP has no place for.
    """
    theirs = write(without_tokens(state), 'vifi_clip', _VIFI_CLIP)
    return {**theirs, **(leftovers or {})}
