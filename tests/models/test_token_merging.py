"""Merging against a slow version, and what it must never change."""
import pytest
import torch

from projects.tc_clip.models.token_merging import (BipartiteSummary,
                                                   match_bipartite,
                                                   merge_schedule)


def merge_slowly(seeds, num_tokens, step):
    """Bipartite soft matching of one video, token by token.

    Written from the description of ToMe's matching: even positions propose,
    the most similar proposals fold in, and the rest stays in the order
    [unmerged, most similar first | odd positions].
    """
    groups = [[i] for i in range(len(seeds))]
    for count in merge_schedule(len(seeds), num_tokens, step):
        mean = torch.stack([seeds[g].mean(0) for g in groups])
        unit = mean / mean.norm(dim=-1, keepdim=True)
        proposals = []
        for a in range(0, len(groups), 2):
            similarity = [(float(unit[a] @ unit[b]), b)
                          for b in range(1, len(groups), 2)]
            proposals.append((*max(similarity), a))
        proposals.sort(reverse=True)
        for _, b, a in proposals[:count]:
            groups[b] = groups[b] + groups[a]
        kept = [a for _, _, a in proposals[count:]]
        groups = [groups[i] for i in kept + list(range(1, len(groups), 2))]
    return groups


@pytest.mark.parametrize('seeds, tokens, step, rounds', [
    (928, 96, 100, [100] * 8 + [32]),
    (928, 16, 100, [100] * 7 + [100] + [64, 32, 16]),
    (3136, 96, 100, [100] * 30 + [40]),
    (48, 96, 100, []),
    (96, 96, 100, []),
    (101, 20, 100, [50, 25, 6]),
])
def test_schedule(seeds, tokens, step, rounds):
    schedule = merge_schedule(seeds, tokens, step)
    assert schedule == rounds
    assert seeds - sum(schedule) == min(seeds, tokens)


@pytest.mark.parametrize('seeds, tokens, step', [(40, 6, 7), (41, 6, 100),
                                                 (12, 1, 3)])
def test_summary_equals_slow_version(seeds, tokens, step):
    torch.manual_seed(seeds)
    x = torch.randn(3, seeds, 8).double()
    merged, owner = BipartiteSummary()(x, tokens, step)
    assert merged.shape == (3, tokens, 8)
    for video, result, video_owner in zip(x, merged, owner):
        for i, group in enumerate(merge_slowly(video, tokens, step)):
            assert (
                video_owner == i).nonzero().flatten().tolist() == sorted(group)
            torch.testing.assert_close(result[i], video[group].mean(0))


def test_merging_keeps_the_mean_and_every_seed():
    x = torch.randn(2, 50, 4).double()
    merged, owner = BipartiteSummary()(x, 9, 10)
    size = torch.stack([torch.bincount(o, minlength=9) for o in owner])
    assert size.min() > 0 and size.sum(1).tolist() == [50, 50]
    torch.testing.assert_close((merged * size[..., None]).sum(1), x.sum(1))


def test_as_many_tokens_as_seeds_changes_nothing():
    x = torch.randn(2, 7, 4)
    merged, owner = BipartiteSummary()(x, 7, 100)
    assert merged.equal(x)
    assert owner.equal(torch.arange(7).expand(2, -1))


def test_videos_of_a_batch_do_not_mix():
    x = torch.randn(4, 30, 8)
    order = [2, 0, 3, 1]
    merged, owner = BipartiteSummary()(x, 5, 8)
    again = BipartiteSummary()(x[order], 5, 8)
    assert again.tokens.equal(merged[order])
    assert again.owner.equal(owner[order])


def test_two_clusters_are_found():
    centres = torch.tensor([[5., 0.], [0., 5.]]).double()
    member = torch.arange(20) % 3 == 0
    x = centres[member.long()] + 0.1 * torch.randn(20, 2).double()
    _, owner = BipartiteSummary()(x[None], 2, 100)
    assert len(set(owner[0][member].tolist())) == 1
    assert len(set(owner[0][~member].tolist())) == 1
    assert owner[0].unique().numel() == 2


def test_gradient_is_shared_by_the_seeds_of_a_token():
    x = torch.randn(1, 10, 4).double().requires_grad_()
    merged, owner = BipartiteSummary()(x, 3, 4)
    merged[0, 1].sum().backward()
    mine = owner[0] == 1
    torch.testing.assert_close(x.grad[0][mine] * mine.sum(),
                               torch.ones_like(x.grad[0][mine]))
    assert x.grad[0][~mine].abs().sum() == 0


def test_match_orders_proposals_by_similarity():
    x = torch.tensor([[[1., 0.], [1., 1.], [0., 1.], [0., 2.]]])
    order, partner = match_bipartite(x)
    assert order.tolist() == [[1, 0]]  # (0, 1) with (0, 2) comes first
    assert partner.tolist() == [[1, 0]]
