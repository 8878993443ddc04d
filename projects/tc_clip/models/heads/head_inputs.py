"""Converts outputs of TCCLIPViT or a stock backbone to inputs of TCCLIPHead.
"""
from typing import Any, Optional, Sequence, Tuple

import torch
from mmaction.models.recognizers import Recognizer2D
from mmaction.models.recognizers.base import BaseRecognizer
from torch import Tensor

from ..joining import dry_run
from ..tower_features import TowerFeatures

# A tensor, TowerFeatures, or the tensors of a stock backbone
Features = Any
# Frames and pixels of clips that stock backbones are written for.
_CLIPS = ((8, 224), (16, 224), (16, 112), (32, 224), (64, 224), (8, 32))


def pool_feature(x: Tensor, num_segs: int = 1) -> Tensor:
    """Averages a stock backbone's feature over positions and segments.

    Args:
        x: ``(B * num_segs, C)``, or with further axes for positions ``(B *
            num_segs, C, h, w)`` or ``(B * num_segs, C, t, h, w)``.
        num_segs: segments of a video, from MMAction2's Recognizer2D.

    Returns:
        ``(B, C)``.

    Raises:
        ValueError: ``(B, N, C)``, where tokens and channels look alike.
    """
    if x.dim() == 3:
        raise ValueError(
            f'The backbone gave tokens of shape {tuple(x.shape)}: set its '
            "options so that it gives a map or one vector for each input (in "
            "MMPretrain: out_type='avg_featmap' or 'cls_token')")
    if x.dim() > 2:
        x = x.flatten(2).mean(-1)  # (B * num_segs, C)
    # (B * num_segs, C) -> (B, num_segs, C) -> (B, C)
    return x.unflatten(0, (-1, num_segs)).mean(1)


def is_of_tower(x: Sequence[Tensor]) -> bool:
    """Returns whether several tensors come from TCCLIPViT or its neck.

    With ``max_testing_views``, Recognizer3D joins parts of a batch to a plain
    tuple; only shapes tell it from outputs of other backbones.
    """
    if isinstance(x, TowerFeatures):
        return True
    return len(x) == 2 and x[0].dim() in (2, 3) and x[1].dim() == 4


def pool_tensors(tensors: Sequence[Tensor], num_segs: int) -> Tensor:
    """Returns one feature for the tensors that a stock backbone gave.

    Args:
        tensors: patches and class token ``[(B, C, t, h, w), (B, C)]``, of
            which the class token counts as in MViTHead; or maps of several
            pathways ``(B, C_i, t, h, w)``, which are pooled and concatenated
            as in SlowFastHead.
        num_segs: segments of a video.

    Returns:
        ``(B, C)``, where C is the sum over pathways.

    Raises:
        ValueError: tensors of other shapes.
    """
    dims = [x.dim() for x in tensors]
    if len(dims) == 2 and dims[0] > dims[1] == 2:
        return pool_feature(tensors[1], num_segs)
    if all(dim in (4, 5) for dim in dims):
        return torch.cat([pool_feature(x, num_segs) for x in tensors], 1)
    raise ValueError(
        'TCCLIPHead takes one feature, feature and context tokens of '
        'TCCLIPViT, patches and class token, or maps of several pathways, but '
        f'the backbone gave tensors of shapes '
        f'{[tuple(x.shape) for x in tensors]}: set its options so that it '
        'gives one of these')


def split_features(x: Features,
                   num_segs: int = 1) -> Tuple[Tensor, Optional[Tensor]]:
    """Returns the features to compare, and context tokens if there are any.

    Args:
        x: output of a backbone or its neck: a tensor, see
            :func:`pool_feature`; several, see :func:`pool_tensors`; a tuple or
            list of one of these; or :class:`TowerFeatures`.
        num_segs: segments of a video for image backbones.

    Returns:
        Videos ``(B, E)``, or frames ``(B, T, E)`` of TCCLIPViT, and its
        context tokens ``(B, P, k, E)``.

    Raises:
        ValueError: the backbone gave something else.
    """
    while isinstance(x, (tuple, list)) and len(x) == 1:
        x, = x
    if isinstance(x, Tensor):
        return pool_feature(x, num_segs), None
    if not (isinstance(x, (tuple, list))
            and all(isinstance(item, Tensor) for item in x)):
        raise ValueError(f'TCCLIPHead takes tensors, but the backbone gave '
                         f'{_described(x)}: set its options so that it gives '
                         'a map or one vector for each input')
    if is_of_tower(x):
        return x[0], x[1]
    return pool_tensors(x, num_segs), None


def _described(x: Any) -> str:
    """Names the types of an output, for errors."""
    if isinstance(x, (tuple, list)):
        return f"{type(x).__name__}({', '.join(map(_described, x))})"
    return type(x).__name__


def feature_width(recognizer: BaseRecognizer) -> int:
    """Returns the channels that a head gets from a stock backbone and neck.

    They are found without computing anything, see :func:`dry_run`.

    Args:
        recognizer: a recognizer that has its backbone and neck.

    Raises:
        ValueError: no usual size of clips suits the backbone.
    """
    reason = ''
    for frames, size in _CLIPS:
        views = (frames,
                 3) if isinstance(recognizer, Recognizer2D) else (1, 3, frames)
        shape = (1, *views, size, size)
        try:
            features = dry_run(recognizer, shape, stage='neck')
        # a backbone meets clips that it was not made for: anything may fail
        except Exception as error:
            reason = f'{type(error).__name__}: {error}'
            continue
        return split_features(features)[0].shape[-1]
    raise ValueError(
        f'The channels of {type(recognizer.backbone).__name__} are not known '
        f'({reason}): set in_channels in cls_head')
