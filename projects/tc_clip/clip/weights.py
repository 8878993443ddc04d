"""CLIP weights: where they are found, read in OpenAI's layout, and loaded."""
import logging
import re
from pathlib import Path
from typing import Dict, Iterable, List, Mapping

import torch
from mmengine.logging import print_log
from open_clip.factory import load_state_dict
from open_clip.pretrained import (download_pretrained, get_pretrained_cfg,
                                  list_pretrained_tags_by_model)
from torch import Tensor, nn

from .safe_pickle import is_torchscript
from .towers import Arch, clip_config

# Sizes that OpenAI's archives hold as tensors.
_SIZES = ('input_resolution', 'context_length', 'vocab_size')


def find_clip_file(arch: Arch, pretrained: str) -> Path:
    """Finds a file of CLIP weights; downloads it if a tag names it.

    Args:
        arch: name of an open_clip architecture, or an open_clip config,
            which has no tags.
        pretrained: ``'openai'``, another open_clip tag of ``arch``, or a
            local file.

    Returns:
        The local file.

    Raises:
        ValueError: if ``pretrained`` is neither, lists the tags there are.
    """
    tags: List[str] = []
    if isinstance(arch, str):
        config = get_pretrained_cfg(arch, pretrained)
        if config:
            return Path(download_pretrained(config))
        tags = list_pretrained_tags_by_model(arch)
    path = Path(pretrained).expanduser()
    if path.is_file():
        return path
    name = arch if isinstance(arch, str) else 'an architecture given as dict'
    raise ValueError(f'pretrained={pretrained!r} is neither a file nor a tag '
                     f'that open_clip has for {name}. Tags: '
                     f'{", ".join(tags) or "none"}.')


def _strip(state: Mapping[str, Tensor], prefix: str) -> Dict[str, Tensor]:
    """Picks the keys that begin with ``prefix``, and cuts it off."""
    return {
        key[len(prefix):]: value
        for key, value in state.items() if key.startswith(prefix)
    }


def _to_openai_layout(state: Mapping[str, Tensor]) -> Dict[str, Tensor]:
    """Brings ``text.*`` of open_clip's CustomTextCLIP to the top level."""
    text = _strip(state, 'text.')
    rest = {
        key: value
        for key, value in state.items()
        if key not in _SIZES and not key.startswith('text.')
    }
    return {**rest, **text}


def load_clip(arch: Arch, pretrained: str) -> Dict[str, Tensor]:
    """Reads CLIP weights in OpenAI's layout, as float32.

    Args:
        arch: as for :func:`find_clip_file`.
        pretrained: as for :func:`find_clip_file`; a file may be OpenAI's
            TorchScript archive or a checkpoint of open_clip.

    Returns:
        State dict with keys ``visual.*``, ``transformer.*``,
        ``token_embedding.weight``, ...

    Raises:
        ValueError: if the file holds no CLIP, or is OpenAI's own while
            ``arch`` lacks the activation that it was trained with.
    """
    path = find_clip_file(arch, pretrained)
    if is_torchscript(path):
        if not clip_config(arch, pretrained)['quick_gelu']:
            raise ValueError(
                f'{path} is an archive of OpenAI, whose CLIP has QuickGELU, '
                f'but arch={arch!r} has GELU: the features would be wrong. '
                "Choose an arch such as 'ViT-B-16-quickgelu'")
        state = torch.jit.load(str(path), map_location='cpu').state_dict()
    else:
        state = load_state_dict(str(path))
    if not any(key.startswith('visual.') for key in state):
        raise ValueError(
            f'{path} is no CLIP checkpoint: no key starts with `visual.`, the '
            f'first are {", ".join(list(state)[:3])}. Weights of other '
            'projects are converted by tools/convert_weights.py.')
    return {k: v.float() for k, v in _to_openai_layout(state).items()}


def vision_weights(clip: Mapping[str, Tensor]) -> Dict[str, Tensor]:
    """Picks the vision tower.

    Args:
        clip: state dict in OpenAI's layout.

    Returns:
        Its ``visual.*``, without the prefix.
    """
    return _strip(clip, 'visual.')


def text_weights(clip: Mapping[str, Tensor]) -> Dict[str, Tensor]:
    """Picks the text tower.

    Args:
        clip: state dict in OpenAI's layout.

    Returns:
        All but ``visual.*`` and ``logit_scale``.
    """
    return {
        key: value
        for key, value in clip.items()
        if not key.startswith('visual.') and key != 'logit_scale'
    }


def _per_frame(weights: Mapping[str, Tensor],
               own: Mapping[str, Tensor]) -> Dict[str, Tensor]:
    """Repeats positions ``(N, D)`` for a module with ``(T, N, D)``."""
    key = 'positional_embedding'
    have, want = weights.get(key), own.get(key)
    if have is None or want is None or (have.dim(), want.dim()) != (2, 3):
        return dict(weights)
    return {**weights, key: have.expand(len(want), -1, -1)}


def _misfits(weights: Mapping[str, Tensor], own: Mapping[str, Tensor],
             lacking: Iterable[str]) -> List[str]:
    """Returns a line for the lacking keys and one for each odd shape."""
    lines = []
    missing = sorted(lacking)
    if missing:
        lines.append(f'missing keys: {", ".join(missing)}')
    for key in sorted(own.keys() & weights.keys()):
        have, want = tuple(weights[key].shape), tuple(own[key].shape)
        if have != want:
            lines.append(f'shape of {key}: have {have}, want {want}')
    return lines


def load_into(module: nn.Module,
              weights: Mapping[str, Tensor],
              name: str,
              optional: Iterable[str] = ()) -> None:
    """Loads a tower, and says what was not used and what was not there.

    Positions ``(N, D)`` are repeated if the module has ``(T, N, D)``.

    Args:
        module: a tower.
        weights: as :func:`vision_weights` or :func:`text_weights` returns
            them.
        name: what to call the weights in messages.
        optional: regular expressions; a missing key in which one of them is
            found keeps its initial value.

    Raises:
        ValueError: lists the other missing keys, and the shapes that differ.
    """
    own = module.state_dict()
    weights = _per_frame(weights, own)
    missing = own.keys() - weights.keys()
    kept = {k for k in missing if any(re.search(p, k) for p in optional)}
    unused = weights.keys() - own.keys()
    target = type(module).__name__
    misfits = _misfits(weights, own, missing - kept)
    if misfits:
        raise ValueError('\n  '.join(
            [f'{name} does not fit {target}:', *misfits]))
    loaded = {key: weights[key] for key in own.keys() - kept}
    module.load_state_dict(loaded, strict=False)
    print_log(
        f'{target}: loaded {len(loaded)} tensors of {name}; not '
        f'used: {", ".join(sorted(unused)) or "none"}; left as initialised: '
        f'{", ".join(sorted(kept)) or "none"}.',
        logger='current',
        level=logging.INFO)
