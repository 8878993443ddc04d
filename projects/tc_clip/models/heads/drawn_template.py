"""Describes the classes of a training step by one random template."""
from typing import Tuple

import torch
from mmaction.registry import MODELS
from torch import Tensor

from .contrast import Contrast


@MODELS.register_module()
class DrawnTemplate(Contrast):
    """One random text of every class, and the last one (FROSTER).

    In each step one of the texts before the last is drawn, the same for all
    classes. ``aggregate`` turns it and the last text, which is the class name
    alone in the templates ``'froster'``, into one. Evaluation uses all texts.
    Processes draw different texts.
    """

    def draw(self, count: int) -> int:
        """Draws the number of a text.

        Args:
            count: how many there are to choose from.
        """
        return int(torch.randint(count, ()))

    def choose(self, labels: Tensor, num_wordings: int,
               num_classes: int) -> Tensor:
        """Chooses two texts of each class: ``(2, C)``.

        Args:
            labels: not used.
            num_wordings: texts S of a class.
            num_classes: classes C.

        Raises:
            ValueError: classes have a single text.
        """
        if num_wordings < 2:
            raise ValueError(
                'DrawnTemplate draws one of several texts, but classes have '
                "one: set templates='froster' in the head, or more templates")
        drawn = self.draw(num_wordings - 1)
        # (2, 1) + (C, ) -> (2, C)
        return num_classes * torch.tensor([[drawn], [num_wordings - 1]
                                           ]) + torch.arange(num_classes)

    def pair(self, video: Tensor, text: Tensor, labels: Tensor,
             texts: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """Returns videos, texts and labels as they are.

        Args:
            video: unit features ``(B, ..., E)``.
            text: unit features ``(B or 1, C, E)``.
            labels: classes of the videos ``(B, )``.
            texts: output of :meth:`choose`.
        """
        return video, text, labels
