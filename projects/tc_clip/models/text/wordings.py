"""Turns several texts of a class into one score."""
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

    def class_logits(self, logits: Tensor) -> Tensor:
        """Turns the logits of K texts ``(B, K)`` into those of C classes."""
        return logits
