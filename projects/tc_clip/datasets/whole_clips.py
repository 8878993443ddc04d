"""Turns configs of image models on frames into configs of video models.

MMAction2's Recognizer2D (TSN, TSM, TRN, ...) gives its backbone single frames
``(B * T, 3, H, W)``. TCCLIPViT needs whole clips ``(B, 3, T, H, W)``, which
Recognizer3D gives.
"""
from typing import Any, Dict, List

from .pipelines import Step, type_name

_SAMPLERS = ('SampleFrames', 'DenseSampleFrames', 'UniformSample')
# Options of the heads of Recognizer2D that I3DHead has as well.
_HEAD_OPTIONS = ('num_classes', 'in_channels', 'loss_cls', 'dropout_ratio',
                 'init_std', 'average_clips', 'multi_class', 'topk',
                 'label_smooth_eps')


def use_whole_clips(config: Dict[str, Any], num_frames: int) -> None:
    """Changes a config of a Recognizer2D to one of a Recognizer3D, in place.

    Frames are then drawn by SegmentSample, which takes one of each of
    ``num_frames`` equal parts of a video, as these models do. The head becomes
    an I3DHead with the options of the old one. The optimizer's parameter
    groups for the layers of TSM become one group.

    Args:
        config: a config of a Recognizer2D that reads RGB frames.
        num_frames: frames of a clip.

    Raises:
        ValueError: it is a config of another recognizer, or a pipeline draws
            frames in an unknown way.

    Example:
        >>> _base_ = ('mmaction::recognition/tsn/tsn_imagenet-pretrained-r50_'
        ...           '8xb32-1x1x8-100e_kinetics400-rgb.py')
        >>> from projects.tc_clip.datasets.whole_clips import use_whole_clips
        >>> use_whole_clips(_base_, num_frames=8)
    """
    model = config['model']
    if model['type'] != 'Recognizer2D':
        raise ValueError(f"model.type={model['type']!r}: only configs of a "
                         'Recognizer2D can be changed to whole clips')
    model['type'] = 'Recognizer3D'
    model['data_preprocessor']['format_shape'] = 'NCTHW'
    head = model['cls_head']
    model['cls_head'] = dict(
        type='I3DHead',
        **{key: head[key]
           for key in _HEAD_OPTIONS if key in head})
    for split in ('train', 'val', 'test'):
        loader = config.get(f'{split}_dataloader')
        if loader:
            pipeline = _clip_steps(loader['dataset']['pipeline'], num_frames)
            loader['dataset']['pipeline'] = pipeline
            config[f'{split}_pipeline'] = pipeline
    optimizer = config.get('optim_wrapper') or {}
    if optimizer.get('constructor') == 'TSMOptimWrapperConstructor':
        optimizer['constructor'] = 'DefaultOptimWrapperConstructor'
        optimizer['paramwise_cfg'] = None


def _clip_steps(pipeline: List[Step], num_frames: int) -> List[Step]:
    """Returns a pipeline that draws and formats whole clips."""
    steps = []
    for step in pipeline:
        if type_name(step) in _SAMPLERS:
            step = dict(
                type='SegmentSample',
                num_frames=num_frames,
                num_views=2 if step.get('twice_sample') else 1,
                test_mode=step.get('test_mode', False))
        elif type_name(step) == 'FormatShape':
            step = dict(step, input_format='NCTHW')
        steps.append(step)
    if not any(type_name(step) == 'SegmentSample' for step in steps):
        raise ValueError(
            f"A pipeline has none of the steps {', '.join(_SAMPLERS)}: "
            f"{', '.join(step['type'] for step in pipeline)}")
    return steps
