"""Step 1 of temporal contextualization: selects informative patches.

A selection is a module that maps the attention call of a layer to the
indices of the seed tokens of every frame. Indices carry no gradient. Each row
of the ablation of seed token selection is one class here.
"""
import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from ..attention import AttentionCall, cls_attention
from .seed_scores import (ats_scores, key_norms, min_max, patch_sharpness,
                          sharpen)


def best_patches(scores: Tensor, num_seeds: int) -> Tensor:
    """Picks the patches with the highest scores, best first.

    The order matters: bipartite matching puts neighbours in rank into
    opposite sets.

    Args:
        scores: ``(..., P)`` over the patches of a frame.
        num_seeds: patches to pick in every frame.

    Returns:
        Patch indices ``(..., num_seeds)``.
    """
    return scores.topk(num_seeds, dim=-1).indices


def best_of_tiers(tier: Tensor, scores: Tensor, num_seeds: int) -> Tensor:
    """Picks the patches of the lowest tiers; in a tier by descending score.

    Args:
        tier: integers ``(..., P)``, the lowest first.
        scores: ``(..., P)``.
        num_seeds: patches to pick in every frame.

    Returns:
        Patch indices ``(..., num_seeds)``.
    """
    # Sorting by score first and then, stably, by tier keeps the order of
    # scores within each tier.
    order = scores.argsort(dim=-1, descending=True, stable=True)  # (..., P)
    by_tier = tier.gather(-1, order).argsort(dim=-1, stable=True)
    return order.gather(-1, by_tier[..., :num_seeds])


def best_over_heads(scores: Tensor, num_seeds: int) -> Tensor:
    """Lets heads pick in turn: the best of every head, the second best, ...

    Patches are sorted by their best rank in any head, so all heads contribute
    and no patch is picked twice. The mean score decides between equal ranks.

    Args:
        scores: ``(B, T, H, P)``.
        num_seeds: patches to pick in every frame.

    Returns:
        Patch indices ``(B, T, num_seeds)``.
    """
    order = scores.argsort(dim=-1, descending=True, stable=True)  # best first
    # sorting the order gives the rank of each patch: (B, T, H, P), from 0
    best_rank = order.argsort(dim=-1).amin(2)  # (B, T, P), over heads
    return best_of_tiers(best_rank, scores.mean(2), num_seeds)


def inverse_transform(scores: Tensor, count: int) -> Tensor:
    """Samples patches at evenly spaced heights of the cumulative scores.

    Args:
        scores: ``(B, T, P)``, not negative.
        count: number of heights, from the lowest above zero up to 1.

    Returns:
        Patch indices ``(B, T, count)``; a high score may be drawn repeatedly.
    """
    ascending, order = scores.sort(dim=-1, stable=True)  # (B, T, P)
    height = min_max(ascending.cumsum(-1))  # (B, T, P), from 0 to 1
    # the lowest height above zero, (B, T, 1)
    lowest = height.masked_fill(height == 0, 1).amin(-1, keepdim=True)
    falling = torch.linspace(
        0, 1, count, dtype=scores.dtype, device=scores.device)
    wanted = 1 - (1 - lowest) * falling  # (B, T, count), from 1 down
    # distance of each wanted height to each patch: (B, T, count, P)
    gap = (height.unsqueeze(-2) - wanted.unsqueeze(-1)).abs()
    return order.gather(-1, gap.argmin(-1))


class SeedSelection(BaseModule):
    """Base class: picks the patches with the highest scores.

    A subclass overrides :meth:`score`, and also :meth:`forward` if it picks
    in another way.
    """

    def score(self, call: AttentionCall) -> Tensor:
        """Scores the patches of every frame.

        Args:
            call: inputs of the layer's attention.

        Returns:
            ``(B, T, N - 1)``, not negative, higher is more informative.
        """
        raise NotImplementedError

    @torch.no_grad()
    def forward(self, call: AttentionCall, num_seeds: int) -> Tensor:
        """Picks the seed tokens of every frame.

        Args:
            call: inputs of the layer's attention.
            num_seeds: patches to pick in every frame.

        Returns:
            Patch indices ``(B, T, num_seeds)``, best first.
        """
        return best_patches(self.score(call), num_seeds)


class HeadScoreSelection(SeedSelection):
    """Base class of the selections that score patches in each head.

    A subclass overrides :meth:`head_scores`.

    Args:
        per_head: whether heads pick in turn ("head-wise" of the ablation)
            instead of by their averaged score. It is not known what the paper
            means by head-wise. In this reading all heads share one set of
            seeds; in the other one, :class:`HeadWiseContext`, each head has a
            set.
    """

    def __init__(self, per_head: bool = False) -> None:
        super().__init__()
        self.per_head = per_head

    def head_scores(self, call: AttentionCall) -> Tensor:
        """Scores the patches ``(B, T, H, N - 1)`` in every head."""
        raise NotImplementedError

    def score(self, call: AttentionCall) -> Tensor:
        """See :class:`SeedSelection`: the average over the heads."""
        return self.head_scores(call).mean(2)

    @torch.no_grad()
    def forward(self, call: AttentionCall, num_seeds: int) -> Tensor:
        """See :class:`SeedSelection`."""
        if self.per_head:
            return best_over_heads(self.head_scores(call), num_seeds)
        return super().forward(call, num_seeds)


@MODELS.register_module()
class CLSAttentionSelection(HeadScoreSelection):
    """Selects the patches that the CLS token attends to most.

    The attention weights are averaged over the heads (slides, step 1 of TC;
    "Averaged CLS attn." of the ablation), or the heads pick in turn
    ("Head-wise CLS attn.", see :class:`HeadScoreSelection`).

    Example:
        >>> selection = CLSAttentionSelection()
        >>> seed_index = selection(attention_call, num_seeds=58)
        >>> seed_index.shape  # (B, T, 58)
    """

    def head_scores(self, call: AttentionCall) -> Tensor:
        """See :class:`HeadScoreSelection`."""
        return cls_attention(call)


@MODELS.register_module()
class KeyNormSelection(HeadScoreSelection):
    """Selects the patches with the longest keys.

    ``||k_i||_2`` of a head, averaged over the heads ("Averaged key norm" of
    the ablation), or heads pick in turn ("Head-wise key norm").

    Args:
        per_head: see :class:`HeadScoreSelection`.
        largest: whether long keys count as informative. The ablation does not
            say which end it selects; False selects the shortest keys.
    """

    def __init__(self, per_head: bool = False, largest: bool = True) -> None:
        super().__init__(per_head)
        self.largest = largest

    def head_scores(self, call: AttentionCall) -> Tensor:
        """See :class:`HeadScoreSelection`."""
        norms = key_norms(call)
        # scores must not be negative, so the shortest get the distance to
        # the longest
        return norms if self.largest else norms.amax(-1, keepdim=True) - norms


@MODELS.register_module()
class NoSelection(SeedSelection):
    """Selects every patch, in the order of the frame ("No selection").

    It needs ``seed_ratio=1.0``.
    """

    def score(self, call: AttentionCall) -> Tensor:
        """See :class:`SeedSelection`: all scores are 1."""
        batch, frames, _, length, _ = call.query.shape
        return call.query.new_ones(batch, frames, length - 1)

    def forward(self, call: AttentionCall, num_seeds: int) -> Tensor:
        """See :class:`SeedSelection`.

        Args:
            call: inputs of the layer's attention.
            num_seeds: number of patches of a frame.

        Raises:
            ValueError: ``num_seeds`` is not the number of patches.
        """
        batch, frames, _, length, _ = call.query.shape
        if num_seeds != length - 1:
            raise ValueError(
                f'NoSelection keeps all {length - 1} patches of a frame, but '
                f'num_seeds={num_seeds}: set seed_ratio=1.0')
        patches = torch.arange(num_seeds, device=call.query.device)
        return patches.expand(batch, frames, -1)


@MODELS.register_module()
class PatchSaliencySelection(SeedSelection):
    """Selects the patches that attend to their frame most sharply.

    This is the saliency of vid-TLDR ("Patch saliency" of the ablation), see
    :func:`patch_sharpness`. vid-TLDR normalises over a clip whose tokens all
    attend to each other; here each frame is normalised separately.

    Args:
        sharpen: whether patches below the mean of their frame score zero and
            the others are rescaled to [0, 1], as in vid-TLDR's weights of
            merging. It is meant for ``seed_weights`` of
            :class:`ContextTokens`; a selection could not rank patches below
            the mean.
    """

    def __init__(self, sharpen: bool = False) -> None:
        super().__init__()
        self.sharpen = sharpen

    def score(self, call: AttentionCall) -> Tensor:
        """See :class:`SeedSelection`."""
        scores = patch_sharpness(call)
        return sharpen(scores) if self.sharpen else scores


@MODELS.register_module()
class ATSSelection(SeedSelection):
    """Samples patches by inverse transform: adaptive token sampling.

    Scores as in ATS, see :func:`ats_scores` ("ATS" of the ablation). ATS drops
    patches that it draws twice, so its number of tokens differs from frame to
    frame. It is not known how the ablation handles that: here the patches with
    the next highest scores fill up every frame. The other reading, fewer seeds
    in some frames, is not available.
    """

    def score(self, call: AttentionCall) -> Tensor:
        """See :class:`SeedSelection`."""
        return ats_scores(call)

    @torch.no_grad()
    def forward(self, call: AttentionCall, num_seeds: int) -> Tensor:
        """See :class:`SeedSelection`: drawn patches come first."""
        scores = self.score(call)
        drawn = inverse_transform(scores, num_seeds)
        missed = torch.ones_like(scores).scatter(-1, drawn, 0)  # 0 if drawn
        return best_of_tiers(missed, scores, num_seeds)
