"""State dicts of Vita-CLIP."""
from typing import Optional, Tuple

from .rename import (SCALE, State, Table, join_qkv, read, reshaped, set_aside,
                     split_qkv, write)

_THEIRS, _OURS = 'visual.blocks.{i}.', 'backbone.transformer.resblocks.{i}.'
_INJECTION = 'backbone.injection.layers.{i}.'
_VITA_CLIP: Table = SCALE + (
    ('visual.cls_token', 'backbone.class_embedding'),
    ('visual.pos_embed', 'backbone.positional_embedding'),
    ('visual.time_embed', 'backbone.time_embedding'),
    ('visual.proj', 'backbone.proj'),
    ('visual.patch_embed.proj.{affine}', 'backbone.conv1.{affine}'),
    ('visual.ln_pre.{affine}', 'backbone.ln_pre.{affine}'),
    ('visual.ln_post.{affine}', 'backbone.ln_post.{affine}'),
    ('visual.global_prompts', 'backbone.injection.global_prompts'),
    (_THEIRS + 'local_prompts', _INJECTION + 'local_prompts'),
    (_THEIRS + 'cls_proj.{affine}', _INJECTION + 'cls_proj.{affine}'),
    (_THEIRS + 'summary_ln.{affine}', _INJECTION + 'summary_ln.{affine}'),
    (_THEIRS + 'summary_attn_layer.{attention}',
     _INJECTION + 'summary_attn.{attention}'),
    (_THEIRS + 'attn.{attention}', _OURS + 'attn.{attention}'),
    (_THEIRS + 'norm1.{affine}', _OURS + 'ln_1.{affine}'),
    (_THEIRS + 'norm2.{affine}', _OURS + 'ln_2.{affine}'),
    (_THEIRS + 'mlp.fc1.{affine}', _OURS + 'mlp.c_fc.{affine}'),
    (_THEIRS + 'mlp.fc2.{affine}', _OURS + 'mlp.c_proj.{affine}'),
    ('textual.{text}', 'cls_head.text_encoder.{text}'),
    ('prompt_learner.ctx', 'cls_head.prompt_vectors'),
)
_ATTENTION = r'visual\.blocks\.\d+\.(?:attn|summary_attn_layer)'
_LOCAL = r'visual\.blocks\.\d+\.local_prompts'
# They follow from the token embedding and the class names.
_BUFFERS = r'prompt_learner\.token_(?:prefix|suffix)'


def from_vita_clip(state: State) -> Tuple[State, State]:
    """Renames a state dict of the official Vita-CLIP code.

    Args:
        state: keys of its file without ``module.``.

    Returns:
        Our state dict, and the buffers of its prompt learner.

    Raises:
        ValueError: names the keys that Vita-CLIP does not have.
    """
    state, leftovers = set_aside(state, _BUFFERS)
    # (1, T, D) -> (T, D)
    state = reshaped(state, _LOCAL, lambda x: x.squeeze(0))
    state = join_qkv(state, _ATTENTION)
    return read(state, 'vita_clip', _VITA_CLIP), leftovers


def to_vita_clip(state: State, leftovers: Optional[State] = None) -> State:
    """Renames our state dict for the official Vita-CLIP code.

    Args:
        state: our state dict.
        leftovers: buffers that :func:`from_vita_clip` set aside.

    Raises:
        ValueError: names the keys that Vita-CLIP has no place for.
    """
    theirs = write(state, 'vita_clip', _VITA_CLIP)
    theirs = split_qkv(theirs, _ATTENTION)
    theirs = reshaped(theirs, _LOCAL, lambda x: x[None])  # (1, T, D)
    return {**theirs, **(leftovers or {})}
