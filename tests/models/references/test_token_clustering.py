"""K-means and DPC-KNN against slow versions, and random groups."""
import pytest
import torch
from mmaction.registry import MODELS

from projects.tc_clip.models import DPCKNNMerge, KMeansMerge, RandomMerge
from projects.tc_clip.models.references.token_clustering import (
    fill_empty, random_groups, repeatable_noise)
from tests.reference.summaries import average, dpc_knn_slowly, kmeans_slowly


def groups_of(token_of_seed, count):
    """Lists the seeds of every group of one video."""
    return [(token_of_seed == i).nonzero().flatten().tolist()
            for i in range(count)]


def assert_equals(result, expected, seeds, weights=None):
    """Compares groups and averages with those of a slow version."""
    for video, groups in enumerate(expected):
        own = None if weights is None else weights[video, :, 0]
        assert groups_of(result.token_of_seed[video], len(groups)) == groups
        torch.testing.assert_close(
            result.tokens[video],
            torch.stack([average(seeds[video], g, own) for g in groups]))


@pytest.mark.parametrize('weighted', [False, True])
@pytest.mark.parametrize('seeds, tokens, iterations', [(40, 6, 10),
                                                       (41, 30, 3), (12, 1, 2),
                                                       (9, 8, 1)])
def test_kmeans_equals_slow_version(seeds, tokens, iterations, weighted):
    torch.manual_seed(seeds)
    x = torch.randn(3, seeds, 8).double()
    weights = torch.rand(3, seeds, 1).double() if weighted else None
    expected = [
        sorted_groups(
            kmeans_slowly(video, tokens, iterations,
                          None if weights is None else weights[i, :, 0]))
        for i, video in enumerate(x)
    ]
    result = KMeansMerge(iterations)(x, tokens, 100, weights)
    assert_equals(result, expected, x, weights)


def sorted_groups(groups):
    return [sorted(group) for group in groups]


def test_kmeans_gives_empty_clusters_the_farthest_seeds():
    # The first centres are seeds 0, 2 and 4, all at the same place.
    x = torch.tensor([0., 1., 0., 5., 0., 9.]).view(1, 6, 1).double()
    once = KMeansMerge(iterations=1)(x, 3, 100)
    assert groups_of(once.token_of_seed[0], 3) == [[0, 1, 2, 4], [5], [3]]
    assert_equals(once, [kmeans_slowly(x[0], 3, 1)], x)


def test_no_group_is_emptied_to_fill_another():
    token_of_seed = torch.tensor([[0, 0, 3, 3], [2, 2, 2, 2]])
    distance = torch.tensor([[9., 1., 8., 7.], [4., 3., 2., 1.]])
    assert fill_empty(token_of_seed, distance, 4).tolist() == [[1, 0, 2, 3],
                                                               [0, 1, 3, 2]]
    assert fill_empty(token_of_seed[:1], torch.zeros(1, 4),
                      4).sort().values.equal(torch.arange(4)[None])


@pytest.mark.parametrize('weighted', [False, True])
@pytest.mark.parametrize('seeds, tokens, neighbours', [(40, 6, 5), (41, 30, 3),
                                                       (12, 1, 1), (9, 8, 50)])
def test_dpc_knn_equals_slow_version(seeds, tokens, neighbours, weighted):
    torch.manual_seed(seeds)
    x = torch.randn(3, seeds, 8).double()
    weights = torch.rand(3, seeds, 1).double() if weighted else None
    expected = [dpc_knn_slowly(video, tokens, neighbours) for video in x]
    result = DPCKNNMerge(neighbours)(x, tokens, 100, weights)
    assert_equals(result, expected, x, weights)


def test_dpc_knn_breaks_ties_by_position():
    # Two pairs, equally dense: the first seed of each is a centre.
    x = torch.tensor([0., 0., 3., 3.]).view(1, 4, 1).double()
    result = DPCKNNMerge(neighbours=2)(x, 2, 100)
    assert result.tokens.flatten().tolist() == [0, 3]
    assert result.token_of_seed.tolist() == [[0, 0, 1, 1]]


def test_random_merge_repeats_in_testing_and_differs_in_training():
    x = torch.randn(4, 60, 3)
    summary = RandomMerge().eval()
    token_of_seed = summary(x, 7, 100).token_of_seed
    assert summary(x, 7, 100).token_of_seed.equal(token_of_seed)
    assert summary(x[:1], 7, 100).token_of_seed.equal(token_of_seed[:1])
    assert not RandomMerge(seed=1).eval()(
        x, 7, 100).token_of_seed.equal(token_of_seed)
    summary.train()
    torch.manual_seed(0)
    first, second = (summary(x, 7, 100).token_of_seed for _ in range(2))
    assert not first.equal(second) and not first[0].equal(first[1])
    torch.manual_seed(0)
    assert summary(x, 7, 100).token_of_seed.equal(first)


def test_random_groups_follow_the_noise():
    noise = torch.tensor([[[.5, .1, .9, .3]], [[0., 0., .99, .4]]])
    # Order 1, 3, 0, 2: seeds 1 and 3 open the groups, .99 and .4 draw.
    assert random_groups(noise, 2).tolist() == [[1, 0, 0, 1]]


def test_noise_of_testing_is_even():
    device = torch.device('cpu')
    noise = repeatable_noise((2, 5000), 3, device)
    assert noise.min() >= 0 and noise.max() < 1
    counts = torch.histc(noise, 10, 0, 1)
    assert (counts - 1000).abs().max() < 100  # more than 3 deviations
    neighbours = torch.stack((noise[0], noise[1], noise[0].roll(1)))
    assert (torch.corrcoef(neighbours) - torch.eye(3)).abs().max() < 0.05
    longer = repeatable_noise((1, 5001), 3, device)
    assert longer[0, :5000].equal(noise[0])


@pytest.mark.parametrize('kind', ['KMeansMerge', 'DPCKNNMerge'])
def test_autocast_measures_distances_in_full(kind):
    x = torch.randn(2, 60, 8) + 100  # far from zero, close to each other
    plain = MODELS.build(dict(type=kind))(x, 5, 8)
    with torch.autocast('cpu', torch.bfloat16):
        assert MODELS.build(dict(type=kind))(x, 5, 8).token_of_seed.equal(
            plain.token_of_seed)


@pytest.mark.parametrize('config', [
    dict(type='KMeansMerge', iterations=0),
    dict(type='DPCKNNMerge', neighbours=0)
])
def test_options_are_checked(config):
    with pytest.raises(ValueError, match='=0 must be 1 or more'):
        MODELS.build(config)
