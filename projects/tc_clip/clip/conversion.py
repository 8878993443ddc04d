"""Converts checkpoints of other code bases to this project's, and back."""
from io import BytesIO
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import torch
from safetensors import torch as safetensors
from torch import Tensor

from ..files import sha256, write_bytes
from . import layouts
from .fitting import first_of, misfits
from .foreign_files import LAYOUTS, WRITABLE, read_file, state_of
from .layouts import State
from .safe_pickle import read_tensors
from .towers import Arch
from .weights import find_clip_file, load_clip, read_clip

# What each checkpoint of ours holds.
_PARTS = 'backbone.', 'cls_head.'


class Converted(NamedTuple):
    """The result of a conversion.

    Attributes:
        state: the state dict of the new file.
        added: keys that came from CLIP.
        leftovers: tensors that have no place in our layout; they are kept in
            the meta data, and a conversion back returns them.
        left_out: keys that the new layout does not hold.
    """
    state: State
    added: List[str]
    leftovers: State
    left_out: Tuple[str, ...] = ()


def _has(state: State, part: str) -> bool:
    """Returns whether a key of a state dict begins so."""
    return any(key.startswith(part) for key in state)


def lacking_parts(state: State) -> Tuple[str, ...]:
    """Returns the parts that a converted checkpoint must get from CLIP.

    Args:
        state: our state dict.

    Returns:
        Prefixes of keys: the whole head and the projection for a vision
        tower, else the token embedding if it is not there.
    """
    if not _has(state, 'cls_head.'):
        return ('cls_head.', 'backbone.proj')
    return () if layouts.TOKEN_EMBEDDING in state else (
        layouts.TOKEN_EMBEDDING, )


def lacking_names(state: State) -> str:
    """Lists what :func:`lacking_parts` returns, for messages."""
    return ', '.join(f'{part}*' if part.endswith('.') else part
                     for part in lacking_parts(state))


def complete(state: State, clip: State) -> List[str]:
    """Adds the weights that a converted checkpoint lacks, in place.

    Args:
        state: our state dict.
        clip: CLIP's state dict in our layout.

    Returns:
        The keys that were added.

    Raises:
        ValueError: the two differ in a shape, or the checkpoint lacks parts
            that CLIP cannot provide.
    """
    absent = [key for key in clip if key not in state]
    parts = lacking_parts(state)
    lines = [
        f'{key} is missing' for key in absent if not key.startswith(parts)
    ]
    lines += misfits(clip, state, clip.keys() & state.keys())
    if lines:
        raise ValueError('The checkpoint and its CLIP are not of one '
                         'architecture (--arch): '
                         f'{first_of(sorted(lines), join="; ")}')
    state.update((key, clip[key]) for key in absent)
    return absent


def fill_from_clip(state: State, source: str, arch: Arch,
                   clip: Optional[str]) -> List[str]:
    """Adds the weights that a checkpoint lacks from CLIP, in place.

    Args:
        state: our state dict.
        source: name of the checkpoint in messages.
        arch: open_clip architecture of CLIP.
        clip: tag or file of CLIP weights, if they are given.

    Returns:
        The keys that were added.

    Raises:
        ValueError: names the parts that are lacking without CLIP.
    """
    if clip:
        return complete(state, layouts.OPENAI.read(load_clip(arch, clip))[0])
    lacking = lacking_names(state)
    if lacking:
        raise ValueError(f'{source} does not hold {lacking}; give the CLIP '
                         'that it was made from, e.g. --clip openai')
    return []


def check_numbers(state: State, source: str) -> None:
    """Checks that no weight is NaN.

    Args:
        state: a state dict.
        source: name of its file in messages.

    Raises:
        ValueError: names the weights that hold NaN.
    """
    broken = [
        key for key, x in state.items()
        # an expanded tensor may be larger than the memory
        if x.nbytes <= x.untyped_storage().nbytes() and x.isnan().any()
    ]
    if broken:
        raise ValueError(f'{source}: {len(broken)} weights hold NaN, '
                         f'{first_of(broken)}: its training has failed, give '
                         'an earlier checkpoint')


def convert(layout: str,
            source: str,
            target: Path,
            arch: Arch,
            clip: Optional[str] = None) -> Converted:
    """Converts a foreign checkpoint to ours.

    Args:
        layout: key of ``foreign_files.LAYOUTS``.
        source: the file; for ``openai`` also a tag of open_clip.
        target: file to write.
        arch: open_clip architecture that tags refer to.
        clip: tag or file of CLIP weights, for the parts that ``source`` lacks.

    Raises:
        OSError: a file cannot be read or written.
        ValueError: the checkpoint is not of that layout, or lacks parts.
    """
    if layout == 'openai':
        path = find_clip_file(arch, source)
        theirs = read_clip(path, arch, source)
    else:
        path = Path(source)
        theirs = LAYOUTS[layout].unwrap(read_file(path), source)
    if _has(theirs, 'cls_head.'):
        raise ValueError(
            f'{source} has the layout of this project already: use it as it '
            f'is, or add --reverse to convert it to {layout}')
    check_numbers(theirs, source)
    state, leftovers = LAYOUTS[layout].read(theirs)
    added = fill_from_clip(state, source, arch, clip)
    meta = dict(
        converted_from=layout,
        source=path.name,
        sha256=sha256(path),
        leftovers=leftovers)
    save(dict(state_dict=state, meta=meta), target, path)
    return Converted(state, added, leftovers)


def _check_parts(state: State, source: str) -> None:
    """Checks that a state dict has weights of both towers."""
    absent = [part for part in _PARTS if not _has(state, part)]
    if absent:
        raise ValueError(f'{source} has no weights whose names begin with '
                         f'{", ".join(absent)}: --reverse takes a whole '
                         'checkpoint of this project')


def revert(layout: str, source: str, target: Path) -> Converted:
    """Converts one of our checkpoints to a foreign layout.

    Args:
        layout: one of ``foreign_files.WRITABLE``.
        source: file of one of our checkpoints.
        target: file to write.

    Returns:
        The foreign state dict, and the leftovers that were given back.

    Raises:
        OSError: a file cannot be read or written.
        ValueError: the checkpoint has parts that the layout has no place for.
    """
    checkpoint = read_tensors(source)
    meta = checkpoint.get('meta')
    meta = meta if isinstance(meta, dict) else {}
    # buffers fit only the layout that they were taken from
    same = meta.get('converted_from') == layout
    leftovers = meta['leftovers'] if same else {}
    state = state_of(checkpoint, source)
    check_numbers(state, source)
    their_files = LAYOUTS[layout]
    if their_files.write is None:
        raise ValueError(f'{layout!r} is a layout to read only: choose one of '
                         f'{", ".join(WRITABLE)}')
    _check_parts(state, source)
    theirs = their_files.write(state, leftovers)
    save(their_files.wrap(theirs), target, Path(source))
    left_out = tuple(key for key in their_files.left_out if key in state)
    return Converted(theirs, [], leftovers, left_out)


def save(checkpoint: Dict[str, Any], target: Path, *sources: Path) -> None:
    """Writes a checkpoint, and makes missing folders.

    Args:
        checkpoint: content of the file.
        target: file to write; an older one stays until the new one is
            complete. A ``.safetensors`` file takes a state dict only.
        *sources: files that the content was made from.

    Raises:
        ValueError: a ``.safetensors`` file cannot hold the content, or
            ``target`` is one of ``sources``.
    """
    if target.exists() and any(map(target.samefile, sources)):
        raise ValueError(f'{target} would be replaced by what is made from '
                         'it: name another file to write')
    if target.suffix == '.safetensors':
        if not all(isinstance(x, Tensor) for x in checkpoint.values()):
            raise ValueError(f'{target}: a .safetensors file holds tensors '
                             'only, and this checkpoint has more: choose '
                             'another suffix, such as .pth')
        write_bytes(target, safetensors.save(checkpoint, dict(format='pt')))
        return
    content = BytesIO()  # torch has no clear error for a full disk
    torch.save(checkpoint, content)
    write_bytes(target, content.getbuffer())
