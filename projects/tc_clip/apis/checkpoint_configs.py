"""Finds the config of a checkpoint that is given without one."""
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Union

import torch
from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader

from ..clip.recognition import recognise
from ..config_files import config_file
from ..datasets.pipelines import with_clips
from .config_text import config_from_text

# The config of each system whose files carry none.
OFFICIAL = dict(
    tc_clip='tcclip_k400.py',
    vifi_clip='vificlip_k400.py',
    action_clip='actionclip_k400.py',
    mmaction_action_clip='actionclip_k400.py',
    a5='zero_shot/a5_k400.py',
    x_clip='xclip_k400.py',
    hf_x_clip='xclip_k400.py',
    vita_clip='vitaclip_k400.py',
    open_vclip='zero_shot/openvclip_k400.py',
    froster='zero_shot/froster_k400.py',
    ost='ost_k400.py',
    maxi='zero_shot/maxi_k400.py',
    openai='zero_shot/vanilla_clip.py')
# Weights with a row for each frame (T, D), in files of these layouts.
_FRAMES = dict(
    a5='neck.positions',
    x_clip='neck.positions',
    hf_x_clip='neck.positions',
    vita_clip='backbone.time_embedding')
_JOINT = 'backbone.positional_embedding'  # (T, N, D) or (N, D)


def num_frames_of(layout: str, state: Mapping[str,
                                              torch.Tensor]) -> Optional[int]:
    """Reads how many frames an official file was trained with.

    Args:
        layout: key of ``foreign_files.LAYOUTS``.
        state: our state dict.

    Returns:
        None if no weight tells: those of TC-CLIP and ViFi-CLIP fit any number,
        and ActionCLIP has 77 positions for all.
    """
    positions = state.get(_FRAMES.get(layout, ''))
    if positions is None and state[_JOINT].dim() == 3:
        positions = state[_JOINT]
    return None if positions is None else len(positions)


def _official_config(layout: str, state: Mapping[str, torch.Tensor],
                     source: str) -> Config:
    """Returns the config of a system, for as many frames as its weights."""
    name = OFFICIAL[layout]
    config = Config.fromfile(config_file(name))
    frames = num_frames_of(layout, state)
    if frames and frames != config.model.backbone.num_frames:
        config.merge_from_dict(with_clips(config, num_frames=frames))
        config.model.backbone.num_frames = frames
    print_log(
        f'{source} has the layout {layout} and no config: {name} is used, '
        f'with {config.model.backbone.num_frames} frames',
        logger='current')
    return config


def config_of(weights: Union[str, Path]) -> Config:
    """Returns the config that a checkpoint carries, or that of its system.

    The text in a checkpoint is read, not run, see :mod:`config_text`.

    Args:
        weights: name of the checkpoint, see :func:`find_weights`.

    Returns:
        A config with ``model`` and the pipelines of validation and test.

    Raises:
        OSError: the checkpoint cannot be read.
        ValueError: it carries no config and is not an official file of a
            system with a config, or see :func:`config_from_text`.
    """
    source = str(weights)
    checkpoint = CheckpointLoader.load_checkpoint(source, 'cpu')
    meta: Dict[str, Any] = checkpoint.get('meta') or {}
    if isinstance(meta.get('cfg'), str):
        return config_from_text(meta['cfg'], source)
    layout, state = meta.get('converted_from'), checkpoint.get('state_dict')
    found = recognise(checkpoint)
    if found:
        layout, state = found
    if layout not in OFFICIAL:
        raise ValueError(f'{source} carries no config: give the one that it '
                         'was trained with (--config; in export.py before the '
                         'checkpoint)')
    return _official_config(layout, state or {}, source)
