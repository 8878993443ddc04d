"""Converts outputs of TCCLIPViT or a stock backbone to inputs of TCCLIPHead.
"""
from typing import Optional, Sequence, Tuple, Union

from torch import Tensor

from ..tower_features import TowerFeatures

Features = Union[Tensor, TowerFeatures, Tuple[Tensor, Tensor]]


def pool_feature(x: Tensor, num_segs: int = 1) -> Tensor:
    """Averages a stock backbone's feature over positions and segments.

    Args:
        x: ``(B * num_segs, C, ...)``; any further axes are positions.
        num_segs: segments of a video, from MMAction2's Recognizer2D.

    Returns:
        ``(B, C)``.
    """
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


def split_features(x: Features,
                   num_segs: int = 1) -> Tuple[Tensor, Optional[Tensor]]:
    """Returns the features to compare, and context tokens if there are any.

    Args:
        x: output of a backbone or its neck.
        num_segs: segments of a video for image backbones.

    Returns:
        Videos ``(B, E)``, or frames ``(B, T, E)`` of TCCLIPViT, and its
        context tokens ``(B, P, k, E)``.

    Raises:
        ValueError: the backbone returned several tensors of other shapes.
    """
    if isinstance(x, Tensor):
        return pool_feature(x, num_segs), None
    if is_of_tower(x):
        return x[0], x[1]
    raise ValueError(
        f'TCCLIPHead takes one feature, or feature and context tokens, but '
        f'the backbone gave tensors of shapes {[tuple(f.shape) for f in x]}: '
        'choose one of them with a neck')
