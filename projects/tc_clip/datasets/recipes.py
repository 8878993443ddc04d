"""Adapts the config of a protocol to the recipe of another system.

The protocols are written for TC-CLIP: frames from equal segments, and the
augmentation and optimiser of X-CLIP. Other systems have their own.
"""
import copy
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence

from .pipelines import SAMPLERS, Step, type_name, with_clips

_SHOTS = '2', '4', '8', '16'  # of ViFi-CLIP's protocol


def few_shots(text: str) -> int:
    """Reads how many videos of each class few-shot training has.

    Args:
        text: value of the environment variable ``SHOTS``.

    Raises:
        ValueError: the protocol has no such lists.
    """
    if text not in _SHOTS:
        raise ValueError(f'SHOTS={text} must be one of {", ".join(_SHOTS)}')
    return int(text)


def _at_distances(step: Step, frame_interval: int) -> Step:
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
        short_side: Optional[int] = None,
        train_steps: Optional[Sequence[Step]] = None) -> Dict[str, Any]:
    """Returns the changes to a protocol's config for clips of a system.

    Args:
        config: a config with data loaders.
        num_frames: frames of a clip.
        num_clips: clips of a tested video; None keeps the protocol's.
        frame_interval: distance of the frames of a clip, which is then a part
            of the video, by MMAction2's SampleFrames. None spreads the frames
            over the video.
        short_side: short side in pixels of whole frames before a crop; None
            keeps the protocol's. Those of ``train_steps`` stay.
        train_steps: steps of the training between the decoder and
            FormatShape; None keeps the protocol's. Flips are left out where
            the protocol has none, as on Something-Something.

    Returns:
        Changes as those of :func:`with_clips`.

    Raises:
        ValueError: see :func:`with_clips`.
    """
    changes = with_clips(config, num_frames=num_frames, short_side=short_side)
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
                pipeline[i] = _at_distances(step, frame_interval)
        if split == 'train' and train_steps is not None:
            pipeline[:] = _train_pipeline(pipeline, train_steps)
    return changes


def _rephrased(label_file: str) -> str:
    """Returns the file with the rephrased names of a file of names."""
    path = Path(label_file)
    return (path.parent / 'llm' / f'{path.stem}.json').as_posix()


def _descriptors(label_file: str, kinds: Sequence[str]) -> Dict[str, str]:
    """Returns the files of descriptors of the classes in a file of names."""
    names = Path(_rephrased(label_file))
    return {
        kind: names.with_name(f'{names.stem}_{kind}.json').as_posix()
        for kind in kinds
    }


def with_recipe(config: Mapping[str, Any],
                *,
                num_frames: int,
                num_clips: Optional[int] = None,
                total: Optional[int] = None,
                rephrased: bool = False) -> Dict[str, Any]:
    """Returns the changes to a protocol's config for the recipe of a system.

    Args:
        config: a config that joins a system of ``configs/_base_/models`` and
            a protocol: its ``recipe`` are settings of the training, its
            ``clips`` options of :func:`with_system_clips`, and its
            ``class_texts`` name the file of class names. Its
            ``descriptor_kinds``, if there are any, are those of the files
            ``NAMES_KIND.json`` in ``labels/llm``.
        num_frames: frames of a clip.
        num_clips: clips of a tested video; None keeps the protocol's.
        total: videos of an optimiser step; None keeps the protocol's.
        rephrased: whether the class names are those of ``labels/llm``, which a
            language model rephrased, in training and in tests.

    Returns:
        Changes for ``_base_.update``. Class names are texts as they are.

    Raises:
        ValueError: see :func:`with_clips`.

    Example:
        >>> _base_ = ['../_base_/models/x_clip.py',
        ...           '../_base_/protocols/few_shot_ucf101.py']
        >>> from projects.tc_clip.datasets.recipes import with_recipe
        >>> _base_.update(with_recipe(_base_, num_frames=32))
    """
    names = config['class_texts']['class_names']
    head = dict(class_names=names)
    recipe = copy.deepcopy(dict(config['recipe']))
    kinds = config.get('descriptor_kinds', ())
    if kinds:
        head['descriptors'] = _descriptors(names, kinds)
        if 'label_file' in config['test_cfg']:
            recipe.setdefault('test_cfg', {})['descriptor_files'] = (
                _descriptors(config['test_cfg']['label_file'], kinds))
    if rephrased:
        head['class_names'] = _rephrased(names)
        recipe.setdefault('test_cfg', {}).update(
            rephrased=True,
            label_file=_rephrased(config['test_cfg']['label_file']))
    changes = dict(
        with_system_clips(
            config,
            num_frames=num_frames,
            num_clips=num_clips,
            **config.get('clips', {})),
        model=dict(backbone=dict(num_frames=num_frames), cls_head=head),
        **recipe)
    if total is not None:
        changes['custom_hooks'] = [
            dict(type='TotalBatchSizeHook', total=total)
        ]
        changes['auto_scale_lr'] = dict(base_batch_size=total)
    return changes


def with_several_labels(config: Mapping[str, Any]) -> Dict[str, Any]:
    """Returns the changes to a config for videos with several labels each.

    Each class is judged by itself, by a sigmoid, and the mean average
    precision is measured. MMAction2 blends videos of one label only, and a
    report by class needs one label, so both are switched off.

    Args:
        config: a config with ``class_texts``, three data loaders and hooks. A
            model that does not start from CLIP's weights needs another
            ``cls_head.logit_bias``, such as 0.

    Returns:
        Changes for ``_base_.update``.

    Example:
        >>> _base_ = 'tcclip.py'
        >>> from projects.tc_clip.datasets.recipes import with_several_labels
        >>> _base_.update(with_several_labels(_base_))
    """
    names = config['class_texts']['class_names']
    loader = dict(dataset=dict(multi_class=True, class_names=names))
    metric = dict(type='AccMetric', metric_list=('mean_average_precision', ))
    return dict(
        model=dict(
            cls_head=dict(
                multi_class=True,
                loss_cls=dict(type='BCELossWithLogits'),
                logit_bias=-25.,
                label_smooth_eps=0.,
                average_clips='score'),
            data_preprocessor=dict(blending=None)),
        train_dataloader=loader,
        val_dataloader=loader,
        test_dataloader=loader,
        val_evaluator=metric,
        test_evaluator=metric,
        custom_hooks=[
            hook for hook in config['custom_hooks']
            if hook['type'] != 'ClassReportHook'
        ])
