"""Adapts a protocol's pipelines to the clips that a system is trained on.

The protocols are written for TC-CLIP: frames from equal segments, and the
augmentation of X-CLIP. Other systems have another one, or other frames.
"""
import copy
from typing import Any, Dict, List, Mapping, Optional, Sequence

from .pipelines import SAMPLERS, Step, type_name, with_clips


def _with_interval(step: Step, frame_interval: int) -> Step:
    """Returns MMAction2's step for frames at fixed distances."""
    frames, clips = SAMPLERS[type_name(step)]
    return dict(
        type='SampleFrames',
        clip_len=step[frames],
        frame_interval=frame_interval,
        num_clips=step.get(clips, 1),
        test_mode=step.get('test_mode', False))


def _train_pipeline(old: Sequence[Step], steps: Sequence[Step]) -> List[Step]:
    """Puts steps between the decoder and the packing of a pipeline."""
    names = [type_name(step) for step in old]
    first = next(i for i, name in enumerate(names) if 'Decode' in name) + 1
    last = names.index('FormatShape')
    if 'Flip' not in names:
        steps = [step for step in steps if type_name(step) != 'Flip']
    return [*old[:first], *copy.deepcopy([*steps]), *old[last:]]


def with_system_clips(
        config: Mapping[str, Any],
        *,
        num_frames: int,
        num_clips: Optional[int] = None,
        frame_interval: Optional[int] = None,
        train_steps: Optional[Sequence[Step]] = None) -> Dict[str, Any]:
    """Returns the changes to a protocol's config for clips of a system.

    Args:
        config: a config with data loaders.
        num_frames: frames of a clip.
        num_clips: clips of a tested video; None keeps the protocol's.
        frame_interval: distance of the frames of a clip, which is then a part
            of the video, by MMAction2's SampleFrames. None spreads the frames
            over the video.
        train_steps: steps of the training between the decoder and
            FormatShape; None keeps the protocol's. Flips are left out where
            the protocol has none, as on Something-Something.

    Returns:
        Changes as those of :func:`with_clips`.

    Raises:
        ValueError: see :func:`with_clips`.

    Example:
        >>> _base_.update(with_system_clips(_base_, num_frames=32))
    """
    changes = with_clips(config, num_frames=num_frames)
    for split in ('train', 'val', 'test'):
        pipeline = changes.get(f'{split}_pipeline')
        if pipeline is None:
            continue
        for i, step in enumerate(pipeline):
            if type_name(step) not in SAMPLERS:
                continue
            if split == 'test' and num_clips is not None:
                step[SAMPLERS[type_name(step)][1]] = num_clips
            if frame_interval is not None:
                pipeline[i] = _with_interval(step, frame_interval)
        if split == 'train' and train_steps is not None:
            pipeline[:] = _train_pipeline(pipeline, train_steps)
    return changes
