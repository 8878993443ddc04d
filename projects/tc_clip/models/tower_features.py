"""What the vision tower hands to necks and heads."""
from typing import NamedTuple

from torch import Tensor


class TowerFeatures(NamedTuple):
    """Features of videos and what the prompts read of them.

    Attributes:
        feature: of the videos ``(B, E)``, or of their frames ``(B, T, E)``;
            not normalised.
        context: context tokens ``(B, P, k, E)`` of P layers.
    """
    feature: Tensor
    context: Tensor


def mean_over_frames(frames: TowerFeatures) -> TowerFeatures:
    """Pools frame features ``(B, T, E)`` to video features ``(B, E)``."""
    return TowerFeatures(frames.feature.mean(1), frames.context)
