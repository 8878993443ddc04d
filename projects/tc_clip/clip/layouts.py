"""State dicts of other code bases, renamed to this project's and back.

A layout is a table of pairs of key templates, (theirs, ours). ``{part}`` is
replaced by a pattern of ``_PARTS``; the first pair that fits a key renames it.
Read from right to left, a table renames our keys to theirs. Functions
``from_*`` return our state dict and the leftovers: tensors that have no place
in ours. Functions ``to_*`` take both and restore the content of the file, bit
by bit.
"""
import re
from typing import Dict, List, Optional, Pattern, Tuple

import torch
from torch import Tensor

State = Dict[str, Tensor]
Table = Tuple[Tuple[str, str], ...]

TOKEN_EMBEDDING = 'cls_head.text_encoder.token_embedding.weight'

_BLOCK = (r'attn\.in_proj_(?:weight|bias)|(?:ln_1|ln_2|attn\.out_proj'
          r'|mlp\.c_fc|mlp\.c_proj)\.(?:weight|bias)')
_BLOCKS = rf'transformer\.resblocks\.\d+\.(?:{_BLOCK})'
_VISION = (r'class_embedding|positional_embedding|proj|conv1\.weight|'
           rf'ln_(?:pre|post)\.(?:weight|bias)|{_BLOCKS}')
_TEXT = (r'token_embedding\.weight|positional_embedding|text_projection|'
         rf'ln_final\.(?:weight|bias)|{_BLOCKS}')
_PARTS = dict(
    i=r'\d+',
    affine='weight|bias',
    tower='visual|backbone',
    vision=_VISION,
    text=_TEXT,
    prompting=rf'ln_1_kv\.(?:weight|bias)|{_BLOCK}')

_SCALE: Table = (('logit_scale', 'cls_head.logit_scale'), )
_OPENAI: Table = _SCALE + (
    ('visual.{vision}', 'backbone.{vision}'),
    ('{text}', 'cls_head.text_encoder.{text}'),
)
_VIFI_CLIP: Table = _SCALE + (
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
_THEIRS, _OURS = '{tower}.layers.{i}.', 'backbone.transformer.resblocks.{i}.'
_MMPRETRAIN: Table = _SCALE + (
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

# Buffers that follow from the token embedding and the class names.
_BUFFERS = (r'prompt_learner\.'
            r'(?:complete_text_embeddings|token_prefix|token_suffix)')
# CLIP's patch embedding has no bias, and its tower no classifier.
_PATCH_BIAS = r'(?:visual|backbone)\.patch_embed\.projection\.bias'
# Leading axes to join: (1, 1, D) to (D,) and (1, N, D) to (N, D).
_UNIT_AXES = dict(class_embedding=2, positional_embedding=1)
_QKV = re.compile(r'(.*\.attn\.)q_proj(\.weight|\.bias)')


def _pattern(template: str) -> Pattern[str]:
    """Compiles a key template; its parts become named groups."""
    pieces = re.split(r'\{(\w+)\}', template)
    # literals alternate with names of parts
    pieces[::2] = map(re.escape, pieces[::2])
    pieces[1::2] = [f'(?P<{name}>{_PARTS[name]})' for name in pieces[1::2]]
    return re.compile(''.join(pieces))


def _rename(state: State, table: Table, complaint: str) -> State:
    """Renames every key by the first pair that fits; unknown keys raise."""
    rules = [(_pattern(old), new) for old, new in table]
    renamed: State = {}
    unknown: List[str] = []
    for key, value in state.items():
        for pattern, new in rules:
            match = pattern.fullmatch(key)
            if match:
                renamed[new.format(**match.groupdict())] = value
                break
        else:
            unknown.append(key)
    if unknown:
        raise ValueError(f'{complaint}: {", ".join(unknown)}')
    return renamed


def _read(state: State, layout: str, table: Table) -> State:
    """Renames their keys to ours."""
    return _rename(state, table, f'Keys unknown to the {layout} layout')


def _write(state: State, layout: str, table: Table) -> State:
    """Renames our keys to theirs; official files hold no token embedding."""
    kept = {k: v for k, v in state.items() if k != TOKEN_EMBEDDING}
    swapped = tuple((ours, theirs) for theirs, ours in table)
    return _rename(kept, swapped, f'Keys that {layout} has no place for')


def _set_aside(state: State, pattern: str) -> Tuple[State, State]:
    """Returns the tensors whose keys do not match, and the others."""
    aside = {k: v for k, v in state.items() if re.fullmatch(pattern, k)}
    return {k: v for k, v in state.items() if k not in aside}, aside


def _join_qkv(state: State) -> State:
    """Stacks q_proj, k_proj and v_proj to in_proj."""
    joined = dict(state)
    for key in state:
        match = _QKV.fullmatch(key)
        if not match:
            continue
        prefix, leaf = match.groups()
        keys = [f'{prefix}{x}_proj{leaf}' for x in 'qkv']
        absent = [k for k in keys if k not in state]
        if absent:
            raise ValueError(f'{key} is there, but not {", ".join(absent)}')
        parts = [joined.pop(k) for k in keys]
        joined[f'{prefix}in_proj_{leaf[1:]}'] = torch.cat(parts)
    return joined


def _split_qkv(state: State, tower: str) -> State:
    """Undoes :func:`_join_qkv` for keys that begin with ``tower``."""
    split: State = {}
    for key, value in state.items():
        prefix, found, leaf = key.partition('in_proj_')
        if not (found and key.startswith(tower)):
            split[key] = value
            continue
        for name, part in zip('qkv', value.chunk(3)):
            # a copy: a chunk would be saved with its whole storage
            split[f'{prefix}{name}_proj.{leaf}'] = part.clone()
    return split


def from_tc_clip(state: State) -> Tuple[State, State]:
    """Renames a state dict of the official TC-CLIP code.

    Args:
        state: keys of its file without ``module.``.

    Returns:
        Our state dict, and the buffers of its prompt learner.

    Raises:
        ValueError: names the keys that official TC-CLIP does not have.
    """
    state, leftovers = _set_aside(state, _BUFFERS)
    return _read(_join_qkv(state), 'tc_clip', _TC_CLIP), leftovers


def to_tc_clip(state: State, leftovers: Optional[State] = None) -> State:
    """Renames our state dict for the official TC-CLIP code.

    Args:
        state: our state dict; the token embedding is left out.
        leftovers: buffers that :func:`from_tc_clip` set aside.

    Raises:
        ValueError: names the keys that official TC-CLIP has no place for.
    """
    state = _split_qkv(_write(state, 'tc_clip', _TC_CLIP), 'image_encoder.')
    return {**state, **(leftovers or {})}


def from_vifi_clip(state: State) -> Tuple[State, State]:
    """Renames a state dict of the official ViFi-CLIP code.

    Args:
        state: keys of its file without ``module.``.

    Returns:
        Our state dict, and the buffers of its prompt learner.

    Raises:
        ValueError: names the keys that official ViFi-CLIP does not have.
    """
    state, leftovers = _set_aside(state, _BUFFERS)
    return _read(state, 'vifi_clip', _VIFI_CLIP), leftovers


def to_vifi_clip(state: State, leftovers: Optional[State] = None) -> State:
    """Renames our state dict for the official ViFi-CLIP code.

    Args:
        state: our state dict; the token embedding is left out.
        leftovers: buffers that :func:`from_vifi_clip` set aside.

    Raises:
        ValueError: names the keys that ViFi-CLIP has no place for.
    """
    return {**_write(state, 'vifi_clip', _VIFI_CLIP), **(leftovers or {})}


def from_openai(state: State) -> Tuple[State, State]:
    """Renames a state dict in OpenAI's layout, which open_clip shares.

    Args:
        state: as ``load_clip`` returns it.

    Returns:
        Our state dict; the leftovers are empty.

    Raises:
        ValueError: names the keys that a CLIP of two ViTs does not have.
    """
    return _read(state, 'openai', _OPENAI), {}


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
    state, leftovers = _set_aside(state, rf'{_PATCH_BIAS}|head\..*')
    for key, value in leftovers.items():
        if re.fullmatch(_PATCH_BIAS, key) and value.any():
            raise ValueError(f'{key} is not zero. The patch embedding of CLIP '
                             'has no bias, so this is not a CLIP tower.')
    ours = _read(state, 'mmpretrain', _MMPRETRAIN)
    for name, last in _UNIT_AXES.items():
        key = f'backbone.{name}'
        if key in ours:
            ours[key] = ours[key].flatten(0, last)
    return ours, leftovers
