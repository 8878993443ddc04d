"""Step 2 of temporal contextualization: seed tokens to context tokens.

A summary is a module that maps the seed tokens of a video ``(B, M, D)`` to
``num_tokens`` context tokens, and tells which token holds each seed. Rows
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
    """Context tokens and where they come from.

    Attributes:
        tokens: ``(B, k, D)``.
        token_of_seed: ``(B, M)``, the context token that holds each seed.
    """
    tokens: Tensor
    token_of_seed: Tensor


Grouping = Tuple[Tensor, Optional[Tensor]]


def in_order(tokens: Tensor) -> Tensor:
    """Returns the position ``(B, M)`` of every token ``(B, M, D)``."""
    return torch.arange(
        tokens.shape[1], device=tokens.device).expand(tokens.shape[0], -1)


def merge_schedule(num_seeds: int, num_tokens: int, step: int) -> List[int]:
    """Returns how many tokens each round of merging removes.

    Rounds of ``step`` run while a full step fits, then rounds that remove
    the rest; none removes more than half of the tokens.
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

    Every even token proposes its most similar (cosine) odd token.

    Args:
        tokens: ``(B, M, D)``.

    Returns:
        Order of the even tokens by falling similarity of their proposal
        ``(B, ceil(M / 2))``, and the odd token that each of them, in that
        order, proposes ``(B, ceil(M / 2))``.
    """
    unit = F.normalize(tokens, dim=-1)
    # (B, ceil(M / 2), floor(M / 2))
    similarity = unit[:, ::2] @ unit[:, 1::2].transpose(1, 2)
    best, partner = similarity.max(-1)  # each (B, ceil(M / 2))
    order = best.argsort(dim=-1, descending=True)
    return order, partner.gather(1, order)


def merge_targets(tokens: Tensor, count: int) -> Tuple[Tensor, Tensor]:
    """Decides where one round of bipartite merging puts every token.

    The merged sequence is [unmerged even tokens by falling similarity | odd
    tokens]; its order decides who can meet whom in the next round.

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
    # ones; the others stay, by falling similarity: (B, num_even) in `order`.
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

    A merged token stays the sum of its seeds: matching is by cosine, to which
    sum and average are the same.

    Args:
        seeds: ``(B, M, D)``, times their weights if they have some.
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
    """Like :func:`merge_bipartite`, where only what is folded in is weighted.

    Args:
        seeds: ``(B, M, D)``.
        num_tokens: tokens to keep.
        step: tokens that a round removes.
        weights: of a token when it is folded into another one ``(B, M, 1)``.

    Returns:
        The group of each seed ``(B, M)``, and its weight there ``(B, M, 1)``.
    """
    total, token_of_seed = seeds, in_order(seeds)
    weight_of_seed = torch.ones_like(weights)
    for count in merge_schedule(seeds.shape[1], num_tokens, step):
        target, is_folded = merge_targets(total, count)
        is_folded = is_folded.unsqueeze(-1)  # (B, tokens of this round, 1)
        kept = total.shape[1] - count
        # all seeds of a folded token count times the weight of the token
        factor = weights.masked_fill(~is_folded, 1)
        weight_of_seed = weight_of_seed * factor.gather(
            1, token_of_seed.unsqueeze(-1))
        token_of_seed = target.gather(1, token_of_seed)
        total = scatter_sum(total * factor, target, kept)
        # a merged token keeps the weight of the one others were folded into
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
        groups: how many groups there are.
        weights: of the rows, positive, ``(B, M, 1)``; all alike if None.

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

    None falls below 1e-6, so that groups of weights of zero have an average;
    if all are zero, all count alike.
    """
    weights = at_least_float32(weights)
    weights = weights + torch.finfo(weights.dtype).tiny
    return (weights / weights.amax(1, keepdim=True)).clamp_min(1e-6)


class TokenSummary(BaseModule):
    """Base class: groups the seeds of a video and averages each group.

    A subclass overrides :meth:`group`. Grouping carries no gradient,
    averaging does. Half precision is widened to float32 meanwhile.
    """

    def group(self, seeds: Tensor, num_tokens: int, step: int,
              weights: Optional[Tensor]) -> Grouping:
        """Puts each seed into a group.

        Args:
            seeds: ``(B, M, D)``.
            num_tokens: how many groups to make, below M.
            step: tokens that a round of merging removes.
            weights: of the seeds, in (0, 1], ``(B, M, 1)``, or None.

        Returns:
            The group of each seed ``(B, M)``, and its weight there ``(B, M,
            1)``, or None if all weigh alike.
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
            num_tokens: context tokens to keep; M where it is smaller.
            step: tokens that a round removes, where there are rounds.
            weights: of the seeds ``(B, M, 1)``, not negative; only their
                ratios within a video count. All alike if None.

        Returns:
            Context tokens ``(B, k, D)`` and the token_of_seed of each seed.
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
        weight_side: where weights count, if the seeds have some; the
            ablation does not tell. ``'both'``: seeds start with their weight
            as their size, so a token is the weighted average of its seeds.
            ``'source'``, the rule of vid-TLDR: a token that is folded into
            another one counts times its weight, the other one as it is. A
            merged token keeps the weight of the seed that others were folded
            into; where it is folded itself, all its seeds count times that.

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
        """See :class:`TokenSummary`: the other arguments are not needed."""
        return MergedTokens(seeds, in_order(seeds))
