"""Step 1 of temporal contextualization: which patches of a frame inform.

A selection is a module that maps the attention operation of a layer to the
indices of the seed tokens of every frame. Indices carry no gradient.
"""
import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from .attention import AttentionInputs, cls_attention


def best_patches(scores: Tensor, num_seeds: int) -> Tensor:
    """Picks the patches with the highest scores, best first.

    The order matters: bipartite matching puts neighbours in rank into
    opposite sets.

    Args:
        scores: ``(B, T, N)`` over the patches of a frame.
        num_seeds: patches to pick in every frame.

    Returns:
        Patch indices ``(B, T, num_seeds)``.
    """
    return scores.topk(num_seeds, dim=-1).indices


class SeedSelection(BaseModule):
    """Base class: a score of every patch, of which the highest are picked.

    A subclass overrides :meth:`score`, and :meth:`forward` where it picks in
    another way.
    """

    def score(self, inputs: AttentionInputs) -> Tensor:
        """Scores the patches of every frame.

        Args:
            inputs: the attention operation of the layer.

        Returns:
            ``(B, T, N - 1)``, higher is more informative.
        """
        raise NotImplementedError

    @torch.no_grad()
    def forward(self, inputs: AttentionInputs, num_seeds: int) -> Tensor:
        """Picks the seed tokens of every frame.

        Args:
            inputs: the attention operation of the layer.
            num_seeds: patches to pick in every frame.

        Returns:
            Patch indices ``(B, T, num_seeds)``, best first.
        """
        return best_patches(self.score(inputs), num_seeds)


@MODELS.register_module()
class CLSAttentionSelection(SeedSelection):
    """Selects the patches that the CLS token attends to most.

    The attention weights are averaged over the heads (slides, step 1 of TC;
    "Averaged CLS attn." of the ablation).

    Example:
        >>> selection = CLSAttentionSelection()
        >>> seed_index = selection(attention_inputs, num_seeds=58)
        >>> seed_index.shape  # (B, T, 58)
    """

    def score(self, inputs: AttentionInputs) -> Tensor:
        """See :class:`SeedSelection`."""
        return cls_attention(inputs).mean(2)
