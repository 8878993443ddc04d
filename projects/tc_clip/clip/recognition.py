"""Recognises official files by their keys, and converts them in memory."""
import logging
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from mmengine.logging import print_log

from . import layouts
from .conversion import complete, lacking_names
from .ensemble import clip_state
from .foreign_files import LAYOUTS, state_of, two_states_of
from .layouts import State
from .towers import Arch

# Layouts whose tables have all keys of another one, and more.
_WIDER = dict(
    openai=('action_clip', 'x_clip'),
    open_vclip=('froster', ),
    # The files of ViFi-CLIP and MAXI are alike.
    vifi_clip=('maxi', 'ost', 'tc_clip'),
    ost=('tc_clip', ))


class Recognised(NamedTuple):
    """An official file.

    Attributes:
        layout: key of ``foreign_files.LAYOUTS``.
        state: our state dict, without the parts that the file lacks.
    """
    layout: str
    state: State


def foreign_state(content: Mapping[str, Any]) -> Optional[State]:
    """Returns the state dict of a file that is not ours.

    Args:
        content: what the file holds.

    Returns:
        None if it is a checkpoint of this project or another one of MMAction2,
        with keys ``cls_head.*``, or holds no state dict.
    """
    is_split = 'fusion_model_state_dict' in content
    try:
        state = (two_states_of if is_split else state_of)(content, '')
    except ValueError:
        return None
    ours = any(key.startswith('cls_head.') for key in state)
    return None if ours or not state else state


def _read(layout: str, state: State) -> Recognised:
    """Reads a state dict; keys that the files do not hold raise as well."""
    ours, _ = LAYOUTS[layout].read(state)
    strange = [key for key in LAYOUTS[layout].left_out if key in ours]
    if strange:
        raise layouts.UnknownKeys(f'{layout} files do not hold', strange)
    return Recognised(layout, ours)


def recognise(content: Mapping[str, Any]) -> Optional[Recognised]:
    """Finds the layout of an official file.

    A file of ViFi-CLIP and one of MAXI have the same keys: both are taken as
    ``vifi_clip``, which renames them in the same way.

    Args:
        content: what the file holds.

    Returns:
        None if no layout fits all keys.

    Raises:
        ValueError: several layouts fit, and rename keys differently.
    """
    state = foreign_state(content)
    found: Dict[str, Recognised] = {}
    for layout in LAYOUTS if state else ():
        try:
            found[layout] = _read(layout, state or {})
        # of a matrix where a layout expects another shape
        except (RuntimeError, ValueError):
            continue
    for layout in [*found]:
        for wider in _WIDER.get(layout, ()) if layout in found else ():
            found.pop(wider, None)
    if len(found) > 1:
        raise ValueError(
            f'The layouts {", ".join(found)} fit all names of the '
            'checkpoint: choose one, and convert the file with '
            'tools/convert_weights.py')
    return next(iter(found.values()), None)


def nearest_layout(content: Mapping[str, Any]) -> str:
    """Says which layout fits most names of a file, and what it lacks.

    Args:
        content: what the file holds.

    Returns:
        A sentence; '' if no layout knows a name.
    """
    state = foreign_state(content) or {}
    unknown: Dict[str, List[str]] = {}
    for layout in LAYOUTS:
        try:
            _read(layout, state)
        except layouts.UnknownKeys as error:
            unknown[layout] = error.keys
        except (RuntimeError, ValueError):
            continue
    best = min(unknown, key=lambda name: len(unknown[name]), default='')
    keys = unknown.get(best, [])
    if len(keys) >= len(state):
        return ''
    return (f'It is most like the layout {best}, which does not have '
            f'{len(keys)} of its {len(state)} names: {", ".join(keys[:3])}.')


def _read_clip(arch: Arch, pretrained: str, lacking: str) -> State:
    """Reads CLIP for the parts that a file lacks."""
    try:
        return clip_state(arch, pretrained)
    except OSError as error:
        raise OSError(
            f'The checkpoint does not hold {lacking}, and the CLIP '
            f'{pretrained!r} that has it cannot be read: name a file of it, '
            f'as model.backbone.pretrained=ViT-B-16.pt ({error})') from error


def convert_in_place(content: Dict[str, Any], arch: Arch,
                     pretrained: Optional[str]) -> None:
    """Replaces the content of an official file by our state dict.

    Other content stays as it is.

    Args:
        content: what the file holds.
        arch: open_clip architecture of the model.
        pretrained: the CLIP of the model, for the parts that the file lacks.

    Raises:
        OSError: the file lacks parts, and CLIP cannot be read.
        ValueError: several layouts fit, or the file lacks parts and the model
            names no CLIP.
    """
    found = recognise(content)
    if found is None:
        return
    layout, state = found
    lacking = lacking_names(state)
    if lacking and not pretrained:
        raise ValueError(
            f'The checkpoint has the layout {layout}, and does not hold '
            f'{lacking}: name the CLIP that it was made from, as '
            'model.backbone.pretrained=openai or a file of CLIP')
    if lacking:
        complete(state, _read_clip(arch, str(pretrained), lacking))
    print_log(
        f'The checkpoint has the layout {layout}; from CLIP come '
        f'{lacking or "no weights"}',
        logger='current',
        level=logging.INFO)
    content.clear()
    content.update(state)
