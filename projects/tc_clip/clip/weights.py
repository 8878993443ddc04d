"""Finds CLIP weights, reads them in OpenAI's layout, and loads them."""
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

from .damaged_files import naming_damage
from .fitting import misfits
from .hub_files import cached_file, is_reachable
from .layouts import OPENAI
from .safe_pickle import is_torchscript
from .towers import Arch, clip_config

# What open_clip calls the files of a repository of the hub.
_HUB_FILES = ('open_clip_model.safetensors', 'open_clip_pytorch_model.bin')
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
        FileNotFoundError: the weights of a tag are not in the cache and cannot
            be downloaded.
        ValueError: ``pretrained`` is neither; the message lists the tags.
    """
    tags: List[str] = []
    if isinstance(arch, str):
        config = get_pretrained_cfg(arch, pretrained)
        if config:
            return _download(arch, pretrained, config)
        tags = list_pretrained_tags_by_model(arch)
    path = Path(pretrained).expanduser()
    if path.is_file():
        return path
    name = arch if isinstance(arch, str) else 'an architecture given as dict'
    raise ValueError(f'pretrained={pretrained!r} is neither a file nor a tag '
                     f'that open_clip has for {name}. Tags: '
                     f'{", ".join(tags) or "none"}.')


def _download(arch: str, tag: str, config: Dict[str, str]) -> Path:
    """Returns the file of a tag from the cache, or downloads it.

    Without network, a download from the hub would try again for a minute.
    """
    repo, _, name = config.get('hf_hub', '').rpartition('/')
    try:
        if not repo or is_reachable():
            return Path(download_pretrained(config))
        found = cached_file(repo, [name] if name else _HUB_FILES)
        if found:
            return found
        raise FileNotFoundError(f'the hub does not answer, and {repo} is not '
                                'in its cache')
    except OSError as error:
        raise FileNotFoundError(
            f"CLIP's weights {tag!r} for {arch} cannot be downloaded. Get "
            f'their file ({config.get("url") or repo}), and name it: '
            '--cfg-options model.backbone.pretrained=FILE') from error


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


def read_clip(file: Path, arch: Arch, pretrained: str) -> Dict[str, Tensor]:
    """Reads a file of CLIP weights in OpenAI's layout, as float32.

    Args:
        file: OpenAI's TorchScript archive or a checkpoint of open_clip.
        arch: open_clip architecture of the weights.
        pretrained: the tag that named the file, or its path.

    Returns:
        State dict with keys ``visual.*``, ``transformer.*``,
        ``token_embedding.weight``, ...

    Raises:
        ValueError: the file does not hold CLIP, or is OpenAI's archive while
            ``arch`` lacks QuickGELU, the activation that it was trained with.
            Also for a damaged file, see :func:`naming_damage`.
        UnpicklingError: its pickle names more than weights need.
    """
    if is_torchscript(file):
        if not clip_config(arch, pretrained)['quick_gelu']:
            raise ValueError(
                f'{file} is an archive of OpenAI, whose CLIP has QuickGELU, '
                f'but arch={arch!r} has GELU: the features would be wrong. '
                "Choose an arch such as 'ViT-B-16-quickgelu'")
        with naming_damage(file):
            state = torch.jit.load(str(file), map_location='cpu').state_dict()
    else:
        with naming_damage(file):
            state = load_state_dict(str(file))
    if any(key.startswith('cls_head.') for key in state):
        raise ValueError(
            f'{file} is not a CLIP checkpoint, but one of this project or of '
            'MMAction2: give it as checkpoint, --checkpoint or load_from')
    if not any(key.startswith('visual.') for key in state):
        raise ValueError(
            f'{file} is not a CLIP checkpoint: no key starts with `visual.`, '
            f'the first are {", ".join(list(state)[:3])}. Weights of other '
            'projects are converted by tools/convert_weights.py.')
    return {k: v.float() for k, v in _to_openai_layout(state).items()}


def load_clip(arch: Arch, pretrained: str) -> Dict[str, Tensor]:
    """Finds and reads CLIP weights.

    Args:
        arch: see :func:`find_clip_file`.
        pretrained: see :func:`find_clip_file`.

    Returns:
        State dict in OpenAI's layout, float32, see :func:`read_clip`.

    Raises:
        ValueError: see :func:`find_clip_file` and :func:`read_clip`.
    """
    return read_clip(find_clip_file(arch, pretrained), arch, pretrained)


def vision_weights(clip: Mapping[str, Tensor]) -> Dict[str, Tensor]:
    """Picks the vision tower under the names of TCCLIPViT.

    Args:
        clip: state dict in OpenAI's layout.
    """
    return _strip(OPENAI.read(dict(clip))[0], 'backbone.')


def text_weights(clip: Mapping[str, Tensor]) -> Dict[str, Tensor]:
    """Picks the text tower under the names of TextEncoder.

    Args:
        clip: state dict in OpenAI's layout.
    """
    return _strip(OPENAI.read(dict(clip))[0], 'cls_head.text_encoder.')


def load_into(module: nn.Module,
              weights: Mapping[str, Tensor],
              name: str,
              optional: Iterable[str] = ()) -> None:
    """Loads a tower, and logs unused and missing weights.

    Shapes fit by the rule of :mod:`fitting`: positions ``(N, D)`` are repeated
    if the module has ``(T, N, D)``.

    Args:
        module: a tower.
        weights: as :func:`vision_weights` or :func:`text_weights` returns
            them.
        name: name of the weights in messages.
        optional: regular expressions; a missing key in which one of them is
            found keeps its initial value.

    Raises:
        ValueError: lists the other missing keys, and the shapes that differ.
    """
    wanted = module.state_dict()
    missing = wanted.keys() - weights.keys()
    kept = {k for k in missing if any(re.search(p, k) for p in optional)}
    unused = weights.keys() - wanted.keys()
    target = type(module).__name__
    lines = misfits(weights, wanted, wanted.keys() - kept)
    if lines:
        raise ValueError('\n  '.join(
            [f'{name} does not fit {target}:', *lines]))
    loaded = {
        key: weights[key].expand_as(wanted[key])
        for key in wanted.keys() - kept
    }
    module.load_state_dict({**wanted, **loaded})
    print_log(
        f'{target}: loaded {len(loaded)} tensors of {name}; not '
        f'used: {", ".join(sorted(unused)) or "none"}; left as initialised: '
        f'{", ".join(sorted(kept)) or "none"}.',
        logger='current',
        level=logging.INFO)
