"""Contrastive loss where a video has several positive texts."""
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class MultiPositiveKL(nn.Module):
    """KL divergence from all pairs of one class, for rows and columns.

    ``weight * (KL(softmax(tau G) || softmax(Z)) + KL(softmax(tau G^T) ||
    softmax(Z^T)))``, with logits Z and G = 1 where video and text have the
    same class (ActionCLIP, with half the sum; OST has ``weight=1``). Each
    divergence is a sum over texts and a mean over videos, or the other way
    round. A pair of two classes keeps a share of ``exp(-tau)`` beside a
    positive one: it is small, but not 0.

    Args:
        temperature: factor tau of the pairs before their softmax.
        weight: factor of the loss.
    """

    def __init__(self, temperature: float = 10., weight: float = 0.5) -> None:
        super().__init__()
        self.temperature, self.weight = temperature, weight

    def forward(self, cls_score: Tensor, label: Tensor) -> Tensor:
        """Computes the loss.

        Args:
            cls_score: logits of videos and texts ``(B, K)``.
            label: 1 for pairs of the same class, else 0 ``(B, K)``.

        Raises:
            ValueError: the labels are not those of pairs.
        """
        if cls_score.shape != label.shape:
            raise ValueError(
                f'MultiPositiveKL needs a label for each of the '
                f'{tuple(cls_score.shape)} pairs of a video and a text, not '
                f"labels {tuple(label.shape)}: set contrast=dict(type="
                "'BatchTexts') in the head")
        share = self.temperature * label
        rows = F.kl_div(
            cls_score.log_softmax(1), share.softmax(1), reduction='batchmean')
        columns = F.kl_div(
            cls_score.T.log_softmax(1),
            share.T.softmax(1),
            reduction='batchmean')
        return self.weight * (rows + columns)
