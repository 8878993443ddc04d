"""Summaries that group all seed tokens at once, by distance or at random."""
from typing import Optional, Tuple

import torch
from mmaction.registry import MODELS
from torch import Tensor

from .token_merging import Grouping, TokenSummary, average_groups


def fill_empty(token_of_seed: Tensor, distance: Tensor,
               num_groups: int) -> Tensor:
    """Moves the farthest tokens into empty groups.

    Empty groups, in their order, get one token each. The token nearest to its
    centre stays with its group, so no other group becomes empty.

    Args:
        token_of_seed: ``(B, M)``, below ``num_groups``.
        distance: distance of each token to its group's centre ``(B, M)``.
        num_groups: at most M.

    Returns:
        The new token_of_seed ``(B, M)``.
    """
    # All tokens below are sorted by distance, the farthest first.
    order = distance.argsort(dim=1, descending=True, stable=True)  # (B, M)
    group = token_of_seed.gather(1, order)  # (B, M)
    group_ids = torch.arange(num_groups, device=token_of_seed.device)
    is_member = group.unsqueeze(-1) == group_ids  # (B, M, k)
    size = is_member.sum(1)  # (B, k), tokens of each group
    # Spare: members that come before the last, nearest one of their group.
    is_before_last = is_member.cumsum(1) < size.unsqueeze(1)  # (B, M, k)
    is_spare = (is_member & is_before_last).any(-1)  # (B, M)
    rank = is_spare.cumsum(1) - 1  # (B, M), of each spare token, from 0
    # The first spare tokens move, as many as there are empty groups.
    num_empty = (size == 0).sum(1, keepdim=True)  # (B, 1)
    is_moved = is_spare & (rank < num_empty)
    empty_first = size.argsort(dim=1, stable=True)  # (B, k)
    new_group = empty_first.gather(1, rank.clamp(0, num_groups - 1))
    # back from the order of distances to that of the tokens
    return torch.empty_like(token_of_seed).scatter_(
        1, order, new_group.where(is_moved, group))


def assign_nearest(tokens: Tensor, centres: Tensor) -> Tensor:
    """Assigns each token to its nearest centre; no centre stays empty."""
    # (B, M, k) -> both (B, M)
    distance, token_of_seed = torch.cdist(tokens, centres).min(-1)
    return fill_empty(token_of_seed, distance, centres.shape[1])


def kmeans(tokens: Tensor,
           num_groups: int,
           iterations: int,
           weights: Optional[Tensor] = None) -> Tensor:
    """Groups tokens by Lloyd's algorithm.

    Args:
        tokens: ``(B, M, D)``.
        num_groups: at most M.
        iterations: how often tokens are assigned to the centres.
        weights: positive weights of the tokens in the centres ``(B, M, 1)``.

    Returns:
        The group of each token ``(B, M)``; none is empty.
    """
    group_ids = torch.arange(num_groups, device=tokens.device)
    # the first centres are evenly strided tokens (B, k, D)
    first = tokens[:, group_ids * tokens.shape[1] // num_groups]
    token_of_seed = assign_nearest(tokens, first)
    for _ in range(iterations - 1):
        token_of_seed = assign_nearest(
            tokens, average_groups(tokens, token_of_seed, num_groups, weights))
    return token_of_seed


def dpc_knn(tokens: Tensor, num_groups: int, neighbours: int) -> Tensor:
    """Groups tokens around those that are dense and far from denser ones.

    Density is ``exp(-mean of d^2 over the nearest neighbours)``, the token
    itself being one, and ``d = ||x_i - x_j|| / sqrt(D)``. The tokens with the
    largest product of density and distance to the next denser token are the
    centres. Of equally dense tokens the first counts as denser.

    Args:
        tokens: ``(B, M, D)``.
        num_groups: at most M.
        neighbours: number of nearest tokens that determine the density; M if
            that is smaller.

    Returns:
        The group of each token ``(B, M)``; none is empty.
    """
    distance = torch.cdist(tokens, tokens) / tokens.shape[2]**0.5  # (B, M, M)
    count = min(neighbours, tokens.shape[1])
    # The density is used as its logarithm, which does not underflow.
    nearest = distance.topk(count, dim=-1, largest=False).values  # (B, M, n)
    spread = nearest.square().mean(-1)  # (B, M), minus the log of the density
    rank = spread.argsort(dim=1, stable=True).argsort(dim=1)  # 0 is densest
    # [b, i, j]: whether token j is denser than token i
    is_denser = rank.unsqueeze(1) < rank.unsqueeze(2)  # (B, M, M)
    largest = distance.amax((1, 2), keepdim=True)  # (B, 1, 1)
    separation = distance.where(is_denser, largest).amin(-1)  # (B, M)
    # log(density * separation), the highest first: (B, M)
    peaks = (separation.log() - spread).argsort(
        dim=1, descending=True, stable=True)
    centres = peaks[:, :num_groups]  # (B, k)
    index = centres.unsqueeze(1).expand(-1, tokens.shape[1], -1)
    nearest_centre = distance.gather(2, index).argmin(-1)  # (B, M)
    # each centre belongs to its group, also where two centres coincide
    group_ids = torch.arange(num_groups, device=tokens.device)
    return nearest_centre.scatter(1, centres, group_ids.expand_as(centres))


def repeatable_noise(shape: Tuple[int, int], seed: int,
                     device: torch.device) -> Tensor:
    """Returns numbers in [0, 1) that look random and are always the same.

    They are a multiplicative hash of the position, because generators cannot
    be compiled and differ between devices.

    Args:
        shape: shape of the result.
        seed: selects another sequence.
        device: device of the result.
    """
    low_31, golden = 2**31 - 1, 0x9E3779B1
    start = (1 + seed * golden) & low_31
    x = torch.arange(shape[0] * shape[1], device=device) + start
    for _ in range(3):
        x = x & low_31
        x = (x ^ (x >> 15)) * golden
    return ((x & low_31) >> 7).view(shape) / 2**24


def random_groups(noise: Tensor, num_groups: int) -> Tensor:
    """Puts tokens into groups at random; no group stays empty.

    Args:
        noise: random numbers in [0, 1), ``(2, B, M)``. The first row orders
            the tokens; the first ``num_groups`` of them get one group each.
            The second row draws the groups of the others.
        num_groups: at most M.

    Returns:
        The group of each token ``(B, M)``.
    """
    order = noise[0].argsort(dim=-1)  # (B, M)
    group = (noise[1] * num_groups).long()  # (B, M), in that order
    group[:, :num_groups] = torch.arange(num_groups, device=noise.device)
    return torch.empty_like(order).scatter_(1, order, group)


@MODELS.register_module()
class KMeansMerge(TokenSummary):
    """Averages the clusters that K-means finds ("K-means" of the ablation).

    This is Lloyd's algorithm with L2 distances. The ablation gives no
    settings. Here evenly strided seeds are the first centres, so results can
    be repeated, and an empty cluster gets the token farthest from its centre.
    Seed weights count in the centres.

    Args:
        iterations: how often seeds are assigned to the centres.

    Raises:
        ValueError: ``iterations`` is below 1.
    """

    def __init__(self, iterations: int = 10) -> None:
        super().__init__()
        if iterations < 1:
            raise ValueError(f'iterations={iterations} must be 1 or more')
        self.iterations = iterations

    def group(self, seeds: Tensor, num_tokens: int, step: int,
              weights: Optional[Tensor]) -> Grouping:
        """See :class:`TokenSummary`."""
        return kmeans(seeds, num_tokens, self.iterations, weights), weights


@MODELS.register_module()
class DPCKNNMerge(TokenSummary):
    """Averages the clusters around density peaks ("DPC-KNN").

    See Du et al. 2016; density and distances are those of TCFormer. Seed
    weights count in the averages, not in the density.

    Args:
        neighbours: number of seeds that determine the density of a seed,
            itself included. The ablation does not state it; 5 is TCFormer's
            value.

    Raises:
        ValueError: ``neighbours`` is below 1.
    """

    def __init__(self, neighbours: int = 5) -> None:
        super().__init__()
        if neighbours < 1:
            raise ValueError(f'neighbours={neighbours} must be 1 or more')
        self.neighbours = neighbours

    def group(self, seeds: Tensor, num_tokens: int, step: int,
              weights: Optional[Tensor]) -> Grouping:
        """See :class:`TokenSummary`."""
        return dpc_knn(seeds, num_tokens, self.neighbours), weights


@MODELS.register_module()
class RandomMerge(TokenSummary):
    """Averages groups of seeds that are drawn at random ("Random merge").

    A seed may go into any group, and no group is empty. The ablation states no
    more; ToMe's matching between random sets is another rule, which is not
    available here. Training draws new groups for each video and layer, from
    torch's generator; testing uses the same groups for every video.

    Args:
        seed: seed of the groups in testing.
    """

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.seed = seed

    def group(self, seeds: Tensor, num_tokens: int, step: int,
              weights: Optional[Tensor]) -> Grouping:
        """See :class:`TokenSummary`."""
        batch, length = seeds.shape[:2]
        if self.training:
            noise = torch.rand(2, batch, length, device=seeds.device)
        else:
            noise = repeatable_noise((2, length), self.seed, seeds.device)
            noise = noise.unsqueeze(1).expand(-1, batch, -1)
        return random_groups(noise, num_tokens), weights
