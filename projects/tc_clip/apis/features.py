"""Extracts video, frame, context-token and class-text features.

They serve retrieval and probing.
"""
from pathlib import Path
from typing import Any, List, NamedTuple, Sequence, Tuple, Union

import torch
import torch.nn.functional as F
from torch import Tensor

from ..models import TCCLIPHead, TCCLIPViT
from ..models.heads.head_inputs import Features, split_features
from ..models.precision import at_least_float32
from ..models.tower_features import TowerFeatures, mean_over_frames
from .inferencer import TCCLIPInferencer


class VideoFeatures(NamedTuple):
    """Features of one video in CLIP's joint space, float32 on the CPU.

    With one view, ``text @ video`` times the head's ``scale`` is ``logits``.
    With several, ``video`` and ``text`` are means of the views' unit vectors,
    brought to unit length again, as CLIP does with several texts of a class;
    ``logits`` are averaged as they are. Frames and context tokens of different
    views do not correspond: those of the first view are given.

    A head that compares videos with each wording by itself
    (:class:`MeanOfProbabilities`) gives the mean of a class's unit texts,
    brought to unit length; its ``logits`` do not follow from this mean.

    Attributes:
        video: ``(E,)``, unit length. Of a head that compares frames
            (``out='frames'``) the mean of its unit frames.
        frames: ``(T, E)``, not of unit length; ``video`` is their mean,
            brought to unit length, or what a neck makes of them. ``(0, E)``
            where the backbone is not a TCCLIPViT.
        context: ``(P, k, E)``, the input of the prompts: the context tokens of
            the P ``context_layers``, or frame features (k = T) where the
            temporal model makes none. ``(0, 0, E)`` where prompts see no
            video.
        text: the C classes ``(C, E)``, unit length. With video-conditional
            prompts they are this video's, else the same for all videos.
        logits: ``(C,)``.
    """
    video: Tensor
    frames: Tensor
    context: Tensor
    text: Tensor
    logits: Tensor


def feature_names(model: Any) -> List[str]:
    """Lists the fields of :class:`VideoFeatures` that a model fills.

    Args:
        model: a recognizer with a TCCLIPHead.

    Raises:
        ValueError: the model has no TCCLIPHead.
    """
    if not isinstance(model.cls_head, TCCLIPHead):
        raise ValueError(
            f'{type(model).__name__} with {type(model.cls_head).__name__} '
            'gives no features: give a config with '
            "cls_head=dict(type='TCCLIPHead', ...) and its checkpoint")
    frames = isinstance(model.backbone, TCCLIPViT)
    context = frames and len(model.backbone.context_layers) > 0
    empty = {'frames': not frames, 'context': not context}
    return [name for name in VideoFeatures._fields if not empty.get(name)]


def unit_mean(views: Tensor) -> Tensor:
    """Averages unit vectors of views ``(V, ..., E)`` to one ``(..., E)``."""
    return F.normalize(F.normalize(views, dim=-1).mean(0), dim=-1)


def texts_of_class(text: Tensor, num_classes: int) -> Tensor:
    """Puts the S texts of each class beside the views.

    Args:
        text: texts ``(V, S * C, E)``, one wording after the other, or ``(V, S,
            C, E)``.
        num_classes: C.

    Returns:
        ``(V * S, C, E)``.
    """
    if text.dim() == 3:
        text = text.unflatten(1, (-1, num_classes))
    return text.flatten(0, 1)


def encode_views(model: Any, inputs: Tensor) -> Tuple[Tensor, Features, int]:
    """Runs the backbone as in testing.

    Args:
        model: a recognizer.
        inputs: normalised views ``(B, V, ...)``.

    Returns:
        Frame features ``(B * V, T, E)``, with T = 0 if there are none; the
        input of the head, and its ``num_segs``.
    """
    if not isinstance(model.backbone, TCCLIPViT):
        features, options = model.extract_feat(inputs, test_mode=True)
        segments = options.get('num_segs', 1)
        rows = len(split_features(features, segments)[0])
        none = inputs.new_empty(rows, 0, model.cls_head.in_channels)
        return none, features, segments
    clips = inputs.flatten(0, 1)  # (B * V, 3, T, H, W)
    # Unlike extract_feat, this splits batches of several videos as well.
    at_once = (model.test_cfg or {}).get('max_testing_views') or len(clips)
    parts = [
        model.backbone.encode_frames(part) for part in clips.split(at_once)
    ]
    tower = TowerFeatures(*(torch.cat(part) for part in zip(*parts)))
    if model.with_neck:
        of_head, _ = model.neck(tower)
    elif model.backbone.out == 'frames':
        of_head = tower
    else:
        of_head = mean_over_frames(tower)
    return tower.feature, of_head, 1


@torch.no_grad()
def batch_features(inferencer: TCCLIPInferencer,
                   clips: Sequence[dict]) -> List[VideoFeatures]:
    """Extracts the features of videos that have been read.

    Args:
        inferencer: the model.
        clips: outputs of ``inferencer.pipeline``, one per video.

    Raises:
        ValueError: the model has no TCCLIPHead.
    """
    model = inferencer.model
    feature_names(model)
    batch = model.data_preprocessor(inferencer.collate_fn(clips), False)
    head = model.cls_head
    with inferencer.precision():
        frames, encoded, num_segs = encode_views(model, batch['inputs'])
        video, text = head.unit_features(encoded, num_segs)
        context = split_features(encoded)[1]
        if context is None:
            context = video.new_empty(len(video), 0, 0, video.shape[-1])
        logits = head.compare(video, text)
        if video.dim() == 3:
            video = video.mean(1)  # unit frames (B * V, T, E) -> (B * V, E)
        parts = (video, head.project(frames), context,
                 text.expand(len(video), *text.shape[1:]), logits)
    of_videos = (
        at_least_float32(x).cpu().unflatten(0, (len(clips), -1))
        for x in parts)
    return [
        VideoFeatures(
            unit_mean(video), frames[0], context[0],
            unit_mean(texts_of_class(text, head.num_classes)), logits.mean(0))
        for video, frames, context, text, logits in zip(*of_videos)
    ]


def extract_features(inferencer: TCCLIPInferencer,
                     video: Union[str, Path]) -> VideoFeatures:
    """Extracts the features of a video.

    Args:
        inferencer: the model, its classes and its views.
        video: the video file.

    Raises:
        BrokenVideoError: the video cannot be read.
        ValueError: the model has no TCCLIPHead.

    Example:
        >>> inferencer = TCCLIPInferencer('config.py', 'checkpoint.pth')
        >>> features = extract_features(inferencer, 'video.mp4')
        >>> features.video.shape, features.text.shape  # (512,), (400, 512)
    """
    return batch_features(inferencer, [inferencer.pipeline(str(video))])[0]
