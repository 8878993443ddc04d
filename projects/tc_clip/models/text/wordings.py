"""Turns several texts of a class into one score."""
import math

import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor


@MODELS.register_module()
class MeanOfWordings(BaseModule):
    """Averages the unit features of all texts of a class (CLIP's ensemble).

    Another aggregation is a module with the same two methods.
    """

    def forward(self, features: Tensor) -> Tensor:
        """Aggregates class texts before they are compared with videos.

        Args:
            features: features of S wordings ``(B or 1, S, C, E)``, not
                normalised.

        Returns:
            The K texts that videos are compared with ``(B or 1, K, E)``, not
            normalised; here K = C, one text for each class. A single wording
            is not changed.
        """
        if features.shape[1] == 1:
            return features[:, 0]  # the head normalises it
        # mean of unit vectors: (B or 1, S, C, E) -> (B or 1, C, E)
        return F.normalize(features, dim=-1).mean(1)

    def class_logits(self, logits: Tensor, num_classes: int) -> Tensor:
        """Turns the logits of K texts into those of C classes.

        Args:
            logits: ``(B, K)``.
            num_classes: C.

        Returns:
            ``(B, C)``; here K = C, and nothing changes.
        """
        return logits


@MODELS.register_module()
class EveryWording(MeanOfWordings):
    """Keeps all texts of a class, for a similarity that compares them (OST).

    The similarity turns them into one score, as :class:`OptimalTransport`.
    """

    def forward(self, features: Tensor) -> Tensor:
        """Returns the texts as they are.

        Args:
            features: ``(B or 1, S, C, E)``.
        """
        return features


@MODELS.register_module()
class MeanOfProbabilities(BaseModule):
    """Averages the class probabilities of all wordings (ActionCLIP's test).

    Each wording has a softmax over the classes. The logits are the logarithm
    of the mean of these probabilities, so that their softmax is this mean.
    """

    def forward(self, features: Tensor) -> Tensor:
        """Keeps all texts, one wording after the other.

        Args:
            features: ``(B or 1, S, C, E)``.

        Returns:
            ``(B or 1, S * C, E)``.
        """
        return features.flatten(1, 2)

    def class_logits(self, logits: Tensor, num_classes: int) -> Tensor:
        """Averages the probabilities over wordings.

        Args:
            logits: ``(B, S * C)``.
            num_classes: C.

        Returns:
            ``(B, C)``. Logits of a single wording are not changed.
        """
        if logits.shape[1] == num_classes:
            return logits
        # (B, S * C) -> (B, S, C)
        shares = logits.unflatten(1, (-1, num_classes)).log_softmax(-1)
        return shares.logsumexp(1) - math.log(shares.shape[1])
