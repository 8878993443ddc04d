"""State dicts of MMPretrain's ``CLIP`` and ``VisionTransformer``."""
import re
from typing import Tuple

from .rename import SCALE, State, Table, TableLayout

_THEIRS, _OURS = '{tower}.layers.{i}.', 'backbone.transformer.resblocks.{i}.'
_TABLE: Table = SCALE + (
    ('{tower}.cls_token', 'backbone.class_embedding'),
    ('{tower}.pos_embed', 'backbone.positional_embedding'),
    ('{tower}.patch_embed.projection.weight', 'backbone.conv1.weight'),
    ('{tower}.pre_norm.{affine}', 'backbone.ln_pre.{affine}'),
    (_THEIRS + 'ln1.{affine}', _OURS + 'ln_1.{affine}'),
    (_THEIRS + 'attn.qkv.{affine}', _OURS + 'attn.in_proj_{affine}'),
    (_THEIRS + 'attn.proj.{affine}', _OURS + 'attn.out_proj.{affine}'),
    (_THEIRS + 'ln2.{affine}', _OURS + 'ln_2.{affine}'),
    (_THEIRS + 'ffn.layers.0.0.{affine}', _OURS + 'mlp.c_fc.{affine}'),
    (_THEIRS + 'ffn.layers.1.{affine}', _OURS + 'mlp.c_proj.{affine}'),
    ('{tower}.ln1.{affine}', 'backbone.ln_post.{affine}'),
    ('visual_proj.proj', 'backbone.proj'),
    ('{text}', 'cls_head.text_encoder.{text}'),
)
# CLIP's patch embedding has no bias, and its tower no classifier.
_PATCH_BIAS = r'(?:visual|backbone)\.patch_embed\.projection\.bias'
# Leading axes to join: (1, 1, D) to (D,) and (1, N, D) to (N, D).
_UNIT_AXES = dict(class_embedding=2, positional_embedding=1)
_MMPRETRAIN = TableLayout(
    'mmpretrain', _TABLE, buffers=rf'{_PATCH_BIAS}|head\..*')


def from_mmpretrain(state: State) -> Tuple[State, State]:
    """Renames a state dict of mmpretrain's ``CLIP`` or ``VisionTransformer``.

    Args:
        state: a whole CLIP (``visual.*``) or a classifier (``backbone.*``).

    Returns:
        Our state dict, without text tower and projection if the file has none;
        and the leftovers: classifier, patch bias of zeros.

    Raises:
        ValueError: the patch embedding has a bias other than zero, or there
            are keys that mmpretrain does not have.
    """
    ours, leftovers = _MMPRETRAIN.read(state)
    for key, value in leftovers.items():
        if re.fullmatch(_PATCH_BIAS, key) and value.any():
            raise ValueError(f'{key} is not zero. The patch embedding of CLIP '
                             'has no bias, so this is not a CLIP tower.')
    for name, last in _UNIT_AXES.items():
        key = f'backbone.{name}'
        if key in ours:
            ours[key] = ours[key].flatten(0, last)
    return ours, leftovers
