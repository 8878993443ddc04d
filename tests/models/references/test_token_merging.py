"""Merging against a slow version, and what holds for every summary."""
import pytest
import torch
from mmaction.registry import MODELS

from projects.tc_clip.models.references.token_merging import (BipartiteSummary,
                                                              NoMerge,
                                                              match_bipartite,
                                                              merge_schedule,
                                                              relative_weights)
from tests.reference.summaries import merge_slowly

SUMMARIES = [
    dict(type='BipartiteSummary'),
    dict(type='BipartiteSummary', weight_side='source'),
    dict(type='RandomMerge'),
    dict(type='KMeansMerge'),
    dict(type='DPCKNNMerge'),
]
every_summary = pytest.mark.parametrize(
    'config', SUMMARIES, ids=lambda c: '-'.join(c.values()))


def build(config):
    return MODELS.build(config).eval()


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
@pytest.mark.parametrize('side', [None, 'both', 'source'])
def test_summary_equals_slow_version(seeds, tokens, step, side):
    torch.manual_seed(seeds)
    x = torch.randn(3, seeds, 8).double()
    weights = None
    summary = BipartiteSummary()
    if side:
        weights = torch.rand(3, seeds, 1).double()
        weights = weights / weights.amax(1, keepdim=True)
        summary = BipartiteSummary(weight_side=side)
    merged, token_of_seed = summary(x, tokens, step, weights)
    assert merged.shape == (3, tokens, 8)
    for video in range(3):
        given = weights[video, :, 0] if side else None
        expected, groups = merge_slowly(x[video], tokens, step, given, side)
        torch.testing.assert_close(merged[video], expected)
        for i, group in enumerate(groups):
            mine = (token_of_seed[video] == i).nonzero().flatten()
            assert mine.tolist() == group


def test_source_without_weight_vanishes_into_its_destination():
    x = torch.tensor([[[1., 0.], [1., 1.], [0., 1.], [0., 2.]]])
    weights = torch.tensor([1., 1., 0., 0.]).view(1, 4, 1)
    merged, _ = BipartiteSummary(weight_side='source')(x, 3, 1, weights)
    # (0, 1) went into (0, 2), which stays what it was.
    torch.testing.assert_close(merged, x[:, [0, 1, 3]])


def test_weights_are_relative_and_positive():
    weights = torch.tensor([[4., 1., 0.], [0., 0., 0.]]).unsqueeze(-1)
    torch.testing.assert_close(
        relative_weights(weights)[..., 0],
        torch.tensor([[1., .25, 1e-6], [1., 1., 1.]]))
    tiny = torch.tensor([[[6e-8], [3e-5]]], dtype=torch.float16)
    assert relative_weights(tiny).dtype == torch.float32


def test_weight_side_is_checked():
    with pytest.raises(ValueError, match="weight_side='target'"):
        BipartiteSummary(weight_side='target')


def test_no_merge_returns_all_seeds():
    x = torch.randn(2, 7, 4)
    merged, token_of_seed = NoMerge()(x, 3, 100)
    assert merged is x
    assert token_of_seed.equal(torch.arange(7).expand(2, -1))


def test_gradient_is_shared_by_the_seeds_of_a_token():
    x = torch.randn(1, 10, 4).double().requires_grad_()
    merged, token_of_seed = BipartiteSummary()(x, 3, 4)
    merged[0, 1].sum().backward()
    mine = token_of_seed[0] == 1
    torch.testing.assert_close(x.grad[0][mine] * mine.sum(),
                               torch.ones_like(x.grad[0][mine]))
    assert x.grad[0][~mine].abs().sum() == 0


def test_match_orders_proposals_by_similarity():
    x = torch.tensor([[[1., 0.], [1., 1.], [0., 1.], [0., 2.]]])
    order, partner = match_bipartite(x)
    assert order.tolist() == [[1, 0]]  # (0, 1) with (0, 2) comes first
    assert partner.tolist() == [[1, 0]]


@every_summary
@pytest.mark.parametrize('tokens', [7, 8])
def test_as_many_tokens_as_seeds_change_nothing(config, tokens):
    x, weights = torch.randn(2, 7, 4), torch.rand(2, 7, 1)
    merged, token_of_seed = build(config)(x, tokens, 100, weights)
    assert merged.equal(x)
    assert token_of_seed.equal(torch.arange(7).expand(2, -1))


@every_summary
def test_groups_keep_the_mean_and_every_seed(config):
    x = torch.randn(2, 50, 4).double()
    merged, token_of_seed = build(config)(x, 9, 10)
    size = torch.stack([torch.bincount(o, minlength=9) for o in token_of_seed])
    assert size.min() > 0 and size.sum(1).tolist() == [50, 50]
    torch.testing.assert_close((merged * size[..., None]).sum(1), x.sum(1))


@pytest.mark.parametrize(
    'kind', ['BipartiteSummary', 'RandomMerge', 'KMeansMerge', 'DPCKNNMerge'])
def test_groups_keep_the_weighted_mean(kind):
    x, weights = torch.randn(2, 50, 4).double(), torch.rand(2, 50, 1).double()
    merged, token_of_seed = build(dict(type=kind))(x, 9, 10, weights)
    mass = x.new_zeros(2, 9).scatter_add(1, token_of_seed, weights[..., 0])
    torch.testing.assert_close((merged * mass[..., None]).sum(1),
                               (x * weights).sum(1))


@every_summary
def test_equal_weights_change_nothing(config):
    x = torch.randn(2, 50, 4).double()
    plain = build(config)(x, 9, 10)
    for value in (1., 0.003, 0.):
        merged, token_of_seed = build(config)(x, 9, 10,
                                              x.new_full((2, 50, 1), value))
        assert token_of_seed.equal(plain.token_of_seed)
        torch.testing.assert_close(merged, plain.tokens)


@every_summary
def test_videos_of_a_batch_do_not_mix(config):
    x, weights = torch.randn(4, 30, 8).double(), torch.rand(4, 30, 1).double()
    order = [2, 0, 3, 1]
    merged, token_of_seed = build(config)(x, 5, 8, weights)
    again = build(config)(x[order], 5, 8, weights[order])
    torch.testing.assert_close(again.tokens, merged[order])
    assert again.token_of_seed.equal(token_of_seed[order])


@pytest.mark.parametrize('kind',
                         ['BipartiteSummary', 'KMeansMerge', 'DPCKNNMerge'])
def test_two_clusters_are_found(kind):
    torch.manual_seed(0)
    centres = torch.tensor([[5., 0.], [0., 5.]]).double()
    member = torch.arange(20) % 3 == 0
    x = centres[member.long()] + 0.1 * torch.randn(20, 2).double()
    token_of_seed = build(dict(type=kind))(x[None], 2, 100).token_of_seed[0]
    assert token_of_seed[member].unique().numel() == 1
    assert token_of_seed[~member].unique().numel() == 1
    assert token_of_seed.unique().numel() == 2


@every_summary
@pytest.mark.parametrize('weighted', [False, True])
def test_gradient_reaches_the_seeds_of_a_token_only(config, weighted):
    torch.manual_seed(0)
    x = torch.randn(1, 10, 4).double().requires_grad_()
    weights = torch.rand(1, 10, 1).double() + 0.1 if weighted else None
    merged, token_of_seed = build(config)(x, 3, 4, weights)
    assert not token_of_seed.requires_grad
    merged[0, 1].sum().backward()
    mine = token_of_seed[0] == 1
    share = x.grad[0, mine]
    assert (share > 0).all() and x.grad[0, ~mine].abs().sum() == 0
    # The shares of a weighted average add up to 1.
    torch.testing.assert_close(share.sum(0), torch.ones(4).double())


@every_summary
@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_is_finite(config, dtype):
    torch.manual_seed(0)
    x = (30 * torch.randn(2, 600, 8)).to(dtype)
    weights = torch.rand(2, 600, 1).to(dtype) * 1e-4
    weights[:, ::2] = 0
    weights[1] = 0
    merged, token_of_seed = build(config)(x, 5, 100, weights)
    assert merged.dtype == dtype and merged.isfinite().all()
    # Groups and averages are those of float32.
    wide = build(config)(x.float(), 5, 100, weights.float())
    assert token_of_seed.equal(wide.token_of_seed) and merged.equal(
        wide.tokens.to(dtype))


@every_summary
def test_autocast_is_finite(config):
    x, weights = torch.randn(2, 60, 8), torch.rand(2, 60, 1).round()
    with torch.autocast('cpu', torch.bfloat16):
        merged, _ = build(config)(x, 5, 8, weights.bfloat16())
    assert merged.dtype == torch.float32 and merged.isfinite().all()


@every_summary
def test_seeds_that_are_all_alike_are_grouped(config):
    merged, token_of_seed = build(config)(torch.ones(2, 12, 4), 5, 3)
    assert merged.equal(torch.ones(2, 5, 4))
    assert all(o.unique().numel() == 5 for o in token_of_seed)
