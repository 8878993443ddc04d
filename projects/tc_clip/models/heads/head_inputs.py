"""What heads take: the features of our backbone and of stock ones."""
from typing import Optional, Tuple, Union

from torch import Tensor

Features = Union[Tensor, Tuple[Tensor, Tensor]]


def pool_feature(x: Tensor, num_segs: int = 1) -> Tensor:
    """Averages a stock backbone's feature over positions and segments.

    Args:
        x: ``(B * num_segs, C, ...)``; any further axes are positions.
        num_segs: segments of a video, as MMAction2's Recognizer2D tells.

    Returns:
        ``(B, C)``.
    """
    if x.dim() > 2:
        x = x.flatten(2).mean(-1)
    return x.unflatten(0, (-1, num_segs)).mean(1)


def split_features(x: Features) -> Tuple[Tensor, Optional[Tensor]]:
    """Tells TCCLIPViT's feature and context tokens from a plain feature.

    Raises:
        ValueError: the backbone gave several tensors that are not these two.
    """
    if isinstance(x, Tensor):
        return x, None
    if len(x) == 2 and (x[0].dim(), x[1].dim()) == (2, 4):
        return x[0], x[1]
    raise ValueError(
        f'TCCLIPHead takes one feature, or feature and context tokens, but '
        f'the backbone gave tensors of shapes {[tuple(f.shape) for f in x]}: '
        'choose one of them with a neck')
