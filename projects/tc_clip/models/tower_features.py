"""The output of the vision tower, for necks and heads."""
from typing import NamedTuple

from torch import Tensor


class TowerFeatures(NamedTuple):
    """Features of videos, and context tokens for the prompts.

    Attributes:
        feature: features of videos ``(B, E)``, or of frames ``(B, T, E)``; not
            normalised.
        context: context tokens ``(B, P, k, E)`` of P layers.
    """
    feature: Tensor
    context: Tensor


def mean_over_frames(frames: TowerFeatures) -> TowerFeatures:
    """Pools frame features ``(B, T, E)`` to video features ``(B, E)``."""
    return TowerFeatures(frames.feature.mean(1), frames.context)
