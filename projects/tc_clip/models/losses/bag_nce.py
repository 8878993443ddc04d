"""Contrastive loss of videos and bags of texts."""
from mmaction.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class BagNCE(nn.Module):
    """Negative logarithm of a bag's probability (MAXI's MIL-NCE).

    A video has a softmax over the texts of all bags, and a bag has the sum of
    its texts' probabilities. The loss is the mean of its negative logarithm
    over all pairs of a video and a bag with the same pseudo label: a label
    that occurs k times counts k * k times. Bags are not compared with videos
    the other way round.
    """

    def forward(self, cls_score: Tensor, label: Tensor) -> Tensor:
        """Computes the loss.

        Args:
            cls_score: logits of videos and texts, one bag after the other
                ``(B, B * M)``.
            label: 1 for videos and bags of the same class, else 0 ``(B, B)``.

        Raises:
            ValueError: the texts are not those of as many bags.
        """
        bags = label.shape[-1]
        if label.dim() != 2 or cls_score.shape[1] % bags:
            raise ValueError(
                f'BagNCE needs a label {tuple(label.shape)} for each pair of '
                f'a video and a bag of texts, and logits of their texts, not '
                f"{tuple(cls_score.shape)}: set contrast=dict(type='TextBags')"
                ' in the head')
        # (B, B * M) -> (B, B, M) -> (B, B)
        log_share = cls_score.log_softmax(1).unflatten(
            1, (bags, -1)).logsumexp(-1)
        return -(log_share * label).sum() / label.sum()
