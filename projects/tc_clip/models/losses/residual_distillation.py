"""Residual feature distillation of FROSTER."""
from typing import Dict

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn


def residual_feature(x: Tensor, projected: Tensor, scale: float) -> Tensor:
    """Returns ``x + scale * projected``, the residual feature of FROSTER.

    Args:
        x: unit features ``(..., E)``.
        projected: their projection ``(..., E)``.
        scale: factor alpha of the projection.

    Returns:
        ``(..., E)``, which is not normalised again.
    """
    return x + scale * projected


def cosine_distance(student: Tensor, teacher: Tensor) -> Tensor:
    """Returns the mean of one minus the cosine.

    Args:
        student: ``(..., E)``.
        teacher: ``(..., E)``; the mean is over all leading axes.

    Raises:
        ValueError: the shapes differ.
    """
    if student.shape != teacher.shape:
        raise ValueError(
            f'The student gives features {tuple(student.shape)}, the teacher '
            f"{tuple(teacher.shape)}: set out='frames' in the backbone, and "
            'no neck')
    return 1 - torch.cosine_similarity(student, teacher, dim=-1).mean()


def make_projector(channels: int) -> nn.Sequential:
    """Builds a projection of two layers that is zero at the start.

    Args:
        channels: E of the features.
    """
    first, last = (nn.Linear(channels, channels, bias=False) for _ in range(2))
    nn.init.kaiming_normal_(first.weight)
    nn.init.zeros_(last.weight)
    return nn.Sequential(first, nn.GELU(), last)


@MODELS.register_module()
class ResidualDistillation(BaseModule):
    """Keeps features near those of a teacher (residual distillation, FROSTER).

    A projection is added to the student's features before they are compared
    with the teacher's. At the start it is zero. It is a part of the loss only:
    videos are scored with the features themselves. Another distillation is a
    module with the same ``forward``.

    Args:
        channels: E of the features.
        scale: factor alpha of the projections.
        weight: factor of both losses.

    Example:
        >>> distillation = dict(type='ResidualDistillation', weight=2.)
    """

    def __init__(self,
                 channels: int,
                 scale: float = 0.1,
                 weight: float = 2.) -> None:
        super().__init__()
        self.scale, self.weight = scale, weight
        self.image_projector = make_projector(channels)
        self.text_projector = make_projector(channels)

    def _loss(self, projector: nn.Module, student: Tensor,
              teacher: Tensor) -> Tensor:
        """Compares unit features ``(..., E)``."""
        residual = residual_feature(student, projector(student), self.scale)
        return self.weight * cosine_distance(residual, teacher)

    def forward(self, image: Tensor, text: Tensor, teacher_image: Tensor,
                teacher_text: Tensor) -> Dict[str, Tensor]:
        """Computes the losses.

        Args:
            image: unit features of frames ``(B, T, E)``.
            text: unit features of class texts ``(1, K, E)``.
            teacher_image: unit features ``(B, T, E)``, without gradient.
            teacher_text: unit features ``(1, K, E)``, without gradient.
        """
        return dict(
            loss_distill_image=self._loss(self.image_projector, image,
                                          teacher_image),
            loss_distill_text=self._loss(self.text_projector, text,
                                         teacher_text))
