"""Step 2 of temporal contextualization: seed tokens to context tokens.

A summary is a module that maps the seed tokens of a video ``(B, M, D)`` to
``num_tokens`` context tokens, and tells which seed went into which token.
"""
from typing import List, NamedTuple, Optional, Tuple

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor


class Summary(NamedTuple):
    """Context tokens and where they come from.

    Attributes:
        tokens: ``(B, k, D)``.
        owner: ``(B, M)``, the context token that each seed was merged into.
    """
    tokens: Tensor
    owner: Tensor


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
    similarity = unit[:, ::2] @ unit[:, 1::2].transpose(1, 2)
    best, partner = similarity.max(-1)
    order = best.argsort(dim=-1, descending=True)
    return order, partner.gather(1, order)


def merge_targets(tokens: Tensor, count: int) -> Tensor:
    """Decides where one round of bipartite merging puts every token.

    The merged sequence is [unmerged even tokens by falling similarity | odd
    tokens]; its order decides who can meet whom in the next round.

    Args:
        tokens: ``(B, M, D)``.
        count: pairs to merge, at most ``M // 2``.

    Returns:
        Position of each token in the merged sequence ``(B, M)``.
    """
    order, partner = match_bipartite(tokens)
    batch, even = order.shape
    unmerged = even - count
    rank = torch.arange(unmerged, device=order.device).expand(batch, -1)
    target = order.new_empty(batch, tokens.shape[1])
    target[:, ::2] = order.new_empty(batch, even).scatter_(
        1, order, torch.cat((partner[:, :count] + unmerged, rank), 1))
    target[:, 1::2] = torch.arange(
        unmerged, tokens.shape[1] - count, device=order.device)
    return target


def scatter_sum(x: Tensor, target: Tensor, size: int) -> Tensor:
    """Adds up rows with the same target: ``(B, M, D)`` to ``(B, size, D)``."""
    index = target.unsqueeze(-1).expand_as(x)
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
    total = seeds
    owner = torch.arange(
        seeds.shape[1], device=seeds.device).expand(seeds.shape[0], -1)
    for count in merge_schedule(seeds.shape[1], num_tokens, step):
        target = merge_targets(total, count)
        owner = target.gather(1, owner)
        total = scatter_sum(total, target, total.shape[1] - count)
    return owner


def average_groups(x: Tensor,
                   owner: Tensor,
                   groups: int,
                   weights: Optional[Tensor] = None) -> Tensor:
    """Averages rows with the same owner.

    Args:
        x: ``(B, M, D)``.
        owner: ``(B, M)``, below ``groups``; every group has a row.
        groups: how many groups there are.
        weights: of the rows, positive, ``(B, M, 1)``; all alike if None.

    Returns:
        ``(B, groups, D)``.
    """
    total = x if weights is None else x * weights
    if weights is None:
        weights = x.new_ones(*x.shape[:2], 1)
    return scatter_sum(total, owner, groups) / scatter_sum(
        weights, owner, groups)


@MODELS.register_module()
class BipartiteSummary(BaseModule):
    """Merges seed tokens round by round with bipartite soft matching.

    A merged token is the average of its seeds, each weighted by how many
    seeds it holds already ("Bipartite soft matching" of the ablation; the
    matching of ToMe, with the merged features themselves as the metric).
    Matching carries no gradient, averaging does.

    Example:
        >>> summary = BipartiteSummary()
        >>> tokens, owner = summary(torch.rand(2, 928, 768), 96, 100)
        >>> tokens.shape, owner.shape  # (2, 96, 768), (2, 928)
    """

    def forward(self,
                seeds: Tensor,
                num_tokens: int,
                step: int,
                weights: Optional[Tensor] = None) -> Summary:
        """Summarises the seed tokens of each video.

        Args:
            seeds: ``(B, M, D)``, frame by frame, best first in a frame.
            num_tokens: context tokens to keep; M where it is smaller.
            step: tokens that a round removes.
            weights: of the seeds ``(B, M, 1)``; all alike if None.

        Returns:
            Context tokens ``(B, k, D)`` and the owner of each seed.
        """
        total = seeds if weights is None else seeds * weights
        owner = merge_bipartite(total, num_tokens, step)
        kept = min(num_tokens, seeds.shape[1])
        return Summary(average_groups(seeds, owner, kept, weights), owner)
