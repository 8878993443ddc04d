"""Adapts the pipelines of a config to clips of another length or size.

A config that inherits cannot change a single step of a pipeline, because
MMEngine replaces whole lists. It imports :func:`with_clips` for that.
"""
import copy
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

Step = Dict[str, Any]

# The option of each step that holds width and height, or one value for both.
_SIZES = {
    'Resize': 'scale',
    'RandomCrop': 'size',
    'MultiScaleCrop': 'input_size',
    'CenterCrop': 'crop_size',
    'ThreeCrop': 'crop_size',
    'TenCrop': 'crop_size'
}
# Options of the steps that sample frames: frames of a view, views of a video.
SAMPLERS = dict(
    SampleFrames=('clip_len', 'num_clips'),
    SegmentSample=('num_frames', 'num_views'),
    UniformSample=('clip_len', 'num_clips'))


def type_name(step: Step) -> str:
    """Returns the name of a step's class, without a registry's scope."""
    kind = step['type']
    return (kind if isinstance(kind, str) else kind.__name__).split('.')[-1]


def frames_and_clips(pipeline: Sequence[Step]) -> Optional[Tuple[int, int]]:
    """Reads how many frames a pipeline samples.

    Args:
        pipeline: configs of its steps.

    Returns:
        Frames of a clip and clips of a video, or None if no step is one of
        ``SAMPLERS``.
    """
    for step in pipeline:
        frames, clips = SAMPLERS.get(type_name(step), ('', ''))
        if frames in step:
            return step[frames], step.get(clips, 1)
    return None


def with_clips(config: Mapping[str, Any],
               *,
               num_frames: Optional[int] = None,
               size: Optional[int] = None,
               short_side: Optional[int] = None) -> Dict[str, Any]:
    """Returns the changes to a config for clips of another length or size.

    Args:
        config: a config with ``train_dataloader``, ``val_dataloader`` or
            ``test_dataloader``.
        num_frames: see :func:`adapt_pipeline`.
        size: see :func:`adapt_pipeline`.
        short_side: see :func:`adapt_pipeline`.

    Returns:
        For each of the data loaders, its new ``dataset.pipeline``; the same
        pipelines as ``train_pipeline``, ``val_pipeline``, ``test_pipeline``.

    Raises:
        ValueError: a data set has no pipeline, or its pipeline lacks a step
            that would have to change.

    Example:
        >>> _base_ = 'tcclip_k400.py'
        >>> from projects.tc_clip.datasets.pipelines import with_clips
        >>> _base_.update(with_clips(_base_, num_frames=32))
    """
    changes: Dict[str, Any] = {}
    for split in ('train', 'val', 'test'):
        loader = config.get(f'{split}_dataloader')
        if loader is None:
            continue
        dataset = loader['dataset']
        if 'pipeline' not in dataset:
            raise ValueError(
                f'{split}_dataloader: the {dataset.get("type")} has no '
                'pipeline. Set the pipeline of the data set that it wraps by '
                'adapt_pipeline.')
        pipeline = adapt_pipeline(dataset['pipeline'], num_frames, size,
                                  short_side)
        changes[f'{split}_pipeline'] = pipeline
        changes[f'{split}_dataloader'] = dict(dataset=dict(pipeline=pipeline))
    return changes


def adapt_pipeline(pipeline: Sequence[Step],
                   num_frames: Optional[int] = None,
                   size: Optional[int] = None,
                   short_side: Optional[int] = None) -> List[Step]:
    """Returns a pipeline for clips of another length or size.

    Args:
        pipeline: configs of its steps, which stay as they are.
        num_frames: frames of a clip, for the step that samples frames.
        size: side in pixels of the square that the model sees. All other
            sizes of the pipeline change in proportion: 256 becomes 384 where
            224 becomes 336.
        short_side: short side in pixels to which whole frames are resized
            before the square is cut out of them.

    Raises:
        ValueError: a number is below 1, the square does not fit into frames
            of ``short_side``, or the pipeline lacks a step to change.
    """
    wishes = dict(num_frames=num_frames, size=size, short_side=short_side)
    for name, value in wishes.items():
        if value is not None and value < 1:
            raise ValueError(f'{name} must be 1 or more, but is {value}.')
    steps = [copy.deepcopy(step) for step in pipeline]
    if num_frames is not None:
        _set_num_frames(steps, num_frames)
    if size is not None:
        _set_size(steps, size)
    if short_side is not None:
        _set_short_side(steps, short_side)
    return steps


def clip_size(pipeline: Sequence[Step]) -> int:
    """Returns the side in pixels of the square that a pipeline ends with.

    Args:
        pipeline: configs of its steps.

    Raises:
        ValueError: no step crops or resizes to a square.
    """
    for step in reversed(pipeline):
        width, height = _width_and_height(step)
        if width == height > 0:
            return width
    raise ValueError('The size of clips is not known: the pipeline has no '
                     f'crop or resize to a square. {_listed(pipeline)}')


def _width_and_height(step: Step) -> Tuple[int, int]:
    """Returns width and height after a step, -1 where it leaves them open."""
    value = step.get(_SIZES.get(step['type'], ''))
    if isinstance(value, int):
        return value, value
    return value if isinstance(value, tuple) else (-1, -1)


def _set_num_frames(steps: Sequence[Step], num_frames: int) -> None:
    """Sets the number of frames of a clip."""
    samplers = [step for step in steps if type_name(step) in SAMPLERS]
    if not samplers:
        raise ValueError(f'num_frames={num_frames} cannot be set: the '
                         f'pipeline has no {" or ".join(SAMPLERS)}. '
                         f'{_listed(steps)}')
    for step in samplers:
        step[SAMPLERS[type_name(step)][0]] = num_frames


def _set_size(steps: Sequence[Step], size: int) -> None:
    """Scales all sizes so that clips get the given one."""
    ratio = size / clip_size(steps)
    for step in steps:
        sides = _width_and_height(step)
        if max(sides) > 0:
            new = tuple(round(s * ratio) if s > 0 else s for s in sides)
            option = _SIZES[step['type']]
            is_pair = isinstance(step[option], tuple)
            step[option] = new if is_pair else new[0]


def _set_short_side(steps: Sequence[Step], short_side: int) -> None:
    """Sets the short side to which whole frames are resized."""
    if short_side < clip_size(steps):
        raise ValueError(
            f'short_side={short_side} must not be below the size of clips, '
            f'{clip_size(steps)}.')
    resizes = [
        step for step in steps
        if step['type'] == 'Resize' and -1 in _width_and_height(step)
    ]
    if not resizes:
        raise ValueError(
            f'short_side={short_side} cannot be set: the '
            f'pipeline has no Resize to (-1, n). {_listed(steps)}')
    for step in resizes:
        step['scale'] = (-1, short_side)


def _listed(steps: Sequence[Step]) -> str:
    """Names the steps of a pipeline, for errors."""
    return f'Its steps: {", ".join(step["type"] for step in steps)}.'
