"""Gives videos the class that CLIP finds most similar, as a pseudo label."""
import math
from typing import Iterable, List, NamedTuple, Sequence, Tuple

import numpy as np


class PseudoLabel(NamedTuple):
    """The most similar class of a video.

    Attributes:
        path: the video, as the list will name it.
        label: the class.
        score: its similarity.
    """
    path: str
    label: int
    score: float


def pseudo_labels(
        similarities: Iterable[Tuple[str, np.ndarray]]) -> List[PseudoLabel]:
    """Chooses the class of each video.

    Args:
        similarities: paths of videos, and their similarities ``(C, )`` to all
            classes.

    Raises:
        ValueError: a video has no finite similarity to any class.
    """
    labels = []
    for path, values in similarities:
        label = int(values.argmax())  # that of NaN, if there is one
        score = float(values[label])
        if not math.isfinite(score):
            raise ValueError(
                f'{path} has the similarity {score} to class {label}: extract '
                'its features again, in float32')
        labels.append(PseudoLabel(path, label, score))
    return labels


def surest_first(labels: Sequence[PseudoLabel]) -> List[PseudoLabel]:
    """Orders videos by falling similarity, and by path where it is equal.

    Args:
        labels: pseudo labels.
    """
    return sorted(labels, key=lambda found: (-found.score, found.path))


def surest(labels: Sequence[PseudoLabel], share: float) -> List[PseudoLabel]:
    """Keeps the share of the videos whose similarity is highest.

    Official MAXI keeps 0.9 of all videos, whatever their classes: some classes
    lose more than others. How its authors rank videos is not published; here
    the similarity to the pseudo label decides.

    Args:
        labels: pseudo labels of all videos.
        share: above 0, at most 1; the number of videos is rounded.

    Returns:
        At least one video, ordered by path.

    Raises:
        ValueError: the share is out of range, or there is no video.
    """
    if not 0 < share <= 1:
        raise ValueError(f'the share {share} must be above 0 and at most 1')
    if not labels:
        raise ValueError('there is no video to label: extract features first')
    count = max(1, round(share * len(labels)))
    return sorted(surest_first(labels)[:count])
