"""Step 2 of temporal contextualization: merges seeds to context tokens.

A summary is a module that maps the seed tokens of a video ``(B, M, D)`` to
``num_tokens`` context tokens, and returns which token holds each seed. Rows
of the ablation of context summarization are classes, here and in
:mod:`token_clustering`.
"""
from typing import List, NamedTuple, Optional, Tuple

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from .seed_scores import at_least_float32


class MergedTokens(NamedTuple):
    """Context tokens and their seeds.

    Attributes:
        tokens: ``(B, k, D)``.
        token_of_seed: ``(B, M)``, the context token that holds each seed.
    """
    tokens: Tensor
    token_of_seed: Tensor


# The group of each seed (B, M), and its weight there (B, M, 1) or None.
Grouping = Tuple[Tensor, Optional[Tensor]]


def in_order(tokens: Tensor) -> Tensor:
    """Returns the position ``(B, M)`` of every token ``(B, M, D)``."""
    return torch.arange(
        tokens.shape[1], device=tokens.device).expand(tokens.shape[0], -1)


def merge_schedule(num_seeds: int, num_tokens: int, step: int) -> List[int]:
    """Returns how many tokens each round of merging removes.

    Rounds remove ``step`` tokens while that many are left to remove; further
    rounds remove the rest. No round removes more than half of the tokens.

    Args:
        num_seeds: tokens at the start.
        num_tokens: tokens to keep.
        step: tokens that a round removes.
    """
    rounds: List[int] = []
    full_rounds = max(num_seeds - num_tokens, 0) // step
    while num_seeds > num_tokens:
        wanted = step if len(rounds) < full_rounds else num_seeds - num_tokens
        rounds.append(min(wanted, num_seeds // 2))
        num_seeds -= rounds[-1]
    return rounds


def match_bipartite(tokens: Tensor) -> Tuple[Tensor, Tensor]:
    """Finds the most similar pairs between even and odd positions.

    Every even token chooses its most similar (cosine) odd token.

    Args:
        tokens: ``(B, M, D)``.

    Returns:
        Order of the even tokens by descending similarity to their choice ``(B,
        ceil(M / 2))``, and the odd token that each of them, in that order,
        chooses ``(B, ceil(M / 2))``.
    """
    unit = F.normalize(tokens, dim=-1)
    # (B, ceil(M / 2), floor(M / 2))
    similarity = unit[:, ::2] @ unit[:, 1::2].transpose(1, 2)
    best, partner = similarity.max(-1)  # each (B, ceil(M / 2))
    order = best.argsort(dim=-1, descending=True)
    return order, partner.gather(1, order)


def merge_targets(tokens: Tensor, count: int) -> Tuple[Tensor, Tensor]:
    """Computes the new position of every token in one round of merging.

    The merged sequence is [unmerged even tokens by descending similarity | odd
    tokens]; its order decides which tokens can be matched in the next round.

    Args:
        tokens: ``(B, M, D)``.
        count: pairs to merge, at most ``M // 2``.

    Returns:
        Position of each token in the merged sequence ``(B, M)``, and whether
        it is folded into another token, bool ``(B, M)``.
    """
    order, partner = match_bipartite(tokens)
    batch, num_even = order.shape
    unmerged = num_even - count
    # The best `count` even tokens go to their partner, behind the unmerged
    # ones; the others stay, by descending similarity: (B, num_even), ordered
    # as `order`.
    rank = torch.arange(unmerged, device=order.device).expand(batch, -1)
    even_target = torch.cat((partner[:, :count] + unmerged, rank), 1)
    target = order.new_empty(batch, tokens.shape[1])  # (B, M)
    target[:, ::2] = torch.empty_like(order).scatter_(1, order, even_target)
    target[:, 1::2] = torch.arange(
        unmerged, tokens.shape[1] - count, device=order.device)
    is_folded = torch.zeros_like(target, dtype=torch.bool)
    is_folded[:, ::2] = target[:, ::2] >= unmerged
    return target, is_folded


def scatter_sum(x: Tensor, target: Tensor, size: int) -> Tensor:
    """Adds up rows with the same target: ``(B, M, D)`` to ``(B, size, D)``."""
    index = target.unsqueeze(-1).expand_as(x)  # one target for all D channels
    return x.new_zeros(x.shape[0], size, x.shape[2]).scatter_add(1, index, x)


@torch.no_grad()
def merge_bipartite(seeds: Tensor, num_tokens: int, step: int) -> Tensor:
    """Merges tokens round by round with bipartite soft matching.

    A merged token is the sum of its seeds, not their average: the cosine, by
    which tokens are matched, does not depend on it.

    Args:
        seeds: ``(B, M, D)``, multiplied by their weights if they have any.
        num_tokens: tokens to keep.
        step: tokens that a round removes.

    Returns:
        The group of each seed ``(B, M)``.
    """
    total, token_of_seed = seeds, in_order(seeds)  # (B, M, D), (B, M)
    for count in merge_schedule(seeds.shape[1], num_tokens, step):
        target, _ = merge_targets(total, count)  # (B, tokens of this round)
        token_of_seed = target.gather(1, token_of_seed)
        total = scatter_sum(total, target, total.shape[1] - count)
    return token_of_seed


@torch.no_grad()
def merge_weighted_sources(seeds: Tensor, num_tokens: int, step: int,
                           weights: Tensor) -> Tuple[Tensor, Tensor]:
    """Merges as :func:`merge_bipartite` does, but weights only folded tokens.

    A folded token is one that a round adds to another token.

    Args:
        seeds: ``(B, M, D)``.
        num_tokens: tokens to keep.
        step: tokens that a round removes.
        weights: weight of each token when it is folded ``(B, M, 1)``.

    Returns:
        The group of each seed ``(B, M)``, and its weight there ``(B, M, 1)``.
    """
    total, token_of_seed = seeds, in_order(seeds)
    weight_of_seed = torch.ones_like(weights)
    for count in merge_schedule(seeds.shape[1], num_tokens, step):
        target, is_folded = merge_targets(total, count)
        is_folded = is_folded.unsqueeze(-1)  # (B, tokens of this round, 1)
        kept = total.shape[1] - count
        # the weight of a folded token multiplies the weights of all its seeds
        factor = weights.masked_fill(~is_folded, 1)
        weight_of_seed = weight_of_seed * factor.gather(
            1, token_of_seed.unsqueeze(-1))
        token_of_seed = target.gather(1, token_of_seed)
        total = scatter_sum(total * factor, target, kept)
        # a merged token keeps the weight of the token that was not folded
        weights = scatter_sum(weights.masked_fill(is_folded, 0), target, kept)
    return token_of_seed, weight_of_seed


def average_groups(x: Tensor,
                   token_of_seed: Tensor,
                   groups: int,
                   weights: Optional[Tensor] = None) -> Tensor:
    """Averages rows with the same token_of_seed.

    Args:
        x: ``(B, M, D)``.
        token_of_seed: ``(B, M)``, below ``groups``; every group has a row.
        groups: number of groups.
        weights: positive weights of the rows ``(B, M, 1)``; None gives all
            rows the same weight.

    Returns:
        ``(B, groups, D)``.
    """
    total = x if weights is None else x * weights
    if weights is None:
        weights = x.new_ones(*x.shape[:2], 1)
    return scatter_sum(total, token_of_seed, groups) / scatter_sum(
        weights, token_of_seed, groups)


def relative_weights(weights: Tensor) -> Tensor:
    """Divides the weights of a video by the largest: ``(B, M, 1)``.

    Weights are at least 1e-6, so that groups with only zero weights have an
    average. If all weights are zero, all seeds count equally.
    """
    weights = at_least_float32(weights)
    weights = weights + torch.finfo(weights.dtype).tiny
    return (weights / weights.amax(1, keepdim=True)).clamp_min(1e-6)


class TokenSummary(BaseModule):
    """Base class: groups the seeds of a video and averages each group.

    A subclass overrides :meth:`group`. Grouping carries no gradient, averaging
    does. Both compute in float32 if the seeds have half precision.
    """

    def group(self, seeds: Tensor, num_tokens: int, step: int,
              weights: Optional[Tensor]) -> Grouping:
        """Puts each seed into a group.

        Args:
            seeds: ``(B, M, D)``.
            num_tokens: number of groups to make, below M.
            step: tokens that a round of merging removes.
            weights: weights of the seeds, in (0, 1], ``(B, M, 1)``, or None.

        Returns:
            The group of each seed ``(B, M)``, and its weight there ``(B, M,
            1)``, or None if all weights are equal.
        """
        raise NotImplementedError

    def forward(self,
                seeds: Tensor,
                num_tokens: int,
                step: int,
                weights: Optional[Tensor] = None) -> MergedTokens:
        """Summarises the seed tokens of each video.

        Args:
            seeds: ``(B, M, D)``, frame by frame, best first in a frame.
            num_tokens: context tokens to keep; M if that is smaller.
            step: tokens that a round removes, if there are rounds.
            weights: weights of the seeds ``(B, M, 1)``, not negative; only
                their ratios within a video matter. None gives all seeds the
                same weight.

        Returns:
            Context tokens ``(B, k, D)`` and the token that holds each seed.
        """
        if num_tokens >= seeds.shape[1]:
            return MergedTokens(seeds, in_order(seeds))
        wide = at_least_float32(seeds)
        if weights is not None:
            weights = relative_weights(weights)
        with torch.no_grad():
            token_of_seed, weights = self.group(wide, num_tokens, step,
                                                weights)
        tokens = average_groups(wide, token_of_seed, num_tokens, weights)
        return MergedTokens(tokens.to(seeds.dtype), token_of_seed)


@MODELS.register_module()
class BipartiteSummary(TokenSummary):
    """Merges seed tokens round by round with bipartite soft matching.

    A merged token is the average of its seeds, each weighted by how many
    seeds it holds already ("Bipartite soft matching" of the ablation; the
    matching of ToMe, with the merged features as the metric).

    Args:
        weight_side: how weights of seeds are used; the ablation does not state
            it. ``'both'``: the weight of a seed is its initial size, so a
            token is the weighted average of its seeds. ``'source'``, the rule
            of vid-TLDR: a token that is folded into another one is multiplied
            by its weight, the other one is not. A merged token keeps the
            weight of the token that was not folded. If it is folded later,
            this weight multiplies all its seeds.

    Raises:
        ValueError: ``weight_side`` is neither.

    Example:
        >>> summary = BipartiteSummary()
        >>> tokens, token_of_seed = summary(torch.rand(2, 928, 768), 96, 100)
        >>> tokens.shape, token_of_seed.shape  # (2, 96, 768), (2, 928)
    """

    def __init__(self, weight_side: str = 'both') -> None:
        super().__init__()
        if weight_side not in ('both', 'source'):
            raise ValueError(f"weight_side={weight_side!r}: 'both' or "
                             "'source'")
        self.weight_side = weight_side

    def group(self, seeds: Tensor, num_tokens: int, step: int,
              weights: Optional[Tensor]) -> Grouping:
        """See :class:`TokenSummary`."""
        if weights is None:
            return merge_bipartite(seeds, num_tokens, step), None
        if self.weight_side == 'source':
            return merge_weighted_sources(seeds, num_tokens, step, weights)
        return merge_bipartite(seeds * weights, num_tokens, step), weights


@MODELS.register_module()
class NoMerge(BaseModule):
    """Every seed token is a context token ("No merge" of the ablation)."""

    def forward(self,
                seeds: Tensor,
                num_tokens: int,
                step: int,
                weights: Optional[Tensor] = None) -> MergedTokens:
        """See :class:`TokenSummary`; only ``seeds`` is used."""
        return MergedTokens(seeds, in_order(seeds))
