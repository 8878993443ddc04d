"""Compares videos with some of the classes in training."""
from typing import Tuple

import torch
from mmaction.registry import MODELS
from torch import Tensor

from .contrast import Contrast


@MODELS.register_module()
class SampledClasses(Contrast):
    """The classes of a batch, and random other classes (A5).

    The classes of the batch come first, in increasing order. The target of the
    loss is the place of a video's class among the chosen ones.

    Args:
        num_classes: classes that are compared, those of the batch included.
            If a batch has more classes, they are all compared.

    Raises:
        ValueError: ``num_classes`` is below 1.
    """

    def __init__(self, num_classes: int = 400) -> None:
        super().__init__()
        if num_classes < 1:
            raise ValueError(f'num_classes={num_classes} must be 1 or more')
        self.num_classes = num_classes

    def draw(self, others: Tensor, count: int) -> Tensor:
        """Draws ``count`` classes without repetition.

        Args:
            others: classes that are not in the batch.
            count: how many to draw, at most all.
        """
        return others[torch.randperm(len(others))[:count]]

    def choose(self, labels: Tensor, num_wordings: int,
               num_classes: int) -> Tensor:
        """Chooses classes, with all of their texts: ``(S, K)``.

        Args:
            labels: classes of the videos ``(B, )``.
            num_wordings: texts S of a class.
            num_classes: classes C.
        """
        own = labels.unique()  # sorted
        absent = torch.ones(num_classes, dtype=torch.bool)
        absent[own] = False
        count = max(self.num_classes - len(own), 0)
        classes = torch.cat((own, self.draw(absent.nonzero()[:, 0], count)))
        # (S, 1) + (K, ) -> (S, K)
        return num_classes * torch.arange(num_wordings)[:, None] + classes

    def pair(self, video: Tensor, text: Tensor, labels: Tensor,
             texts: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """Returns videos and texts as they are, and targets ``(B, )``.

        Args:
            video: unit features ``(B, ..., E)``.
            text: unit features ``(B or 1, K', E)``.
            labels: classes of the videos ``(B, )``.
            texts: output of :meth:`choose`; its first row holds the classes.
        """
        # (B, K) -> (B, )
        return video, text, (labels[:, None] == texts[0]).int().argmax(1)
