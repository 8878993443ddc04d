"""Means of weights with Gaussian shares."""
import math

import pytest
import torch
from mmengine.registry import MODELS
from torch import nn

from projects.tc_clip.engine.gaussian_average import gaussian_share


def averaged(values, **options):
    """Averages one number over epochs; returns the mean after each."""
    model = nn.Linear(1, 1, bias=False).double()
    average = MODELS.build(
        dict(type='GaussianWeightAverage', model=model, **options))
    means = []
    for value in values:
        nn.init.constant_(model.weight, value)
        average.update_parameters(model)
        means.append(average.module.weight.item())
    return means


def by_formula(values, first, mean, std):
    """Sums the normalised shares of all epochs at once."""
    shares = [
        math.exp(-(epoch - mean)**2 / (2 * std**2))
        for epoch in range(first, first + len(values))
    ]
    return sum(p * x for p, x in zip(shares, values)) / sum(shares)


VALUES = [3., -1., 4., 1., -5., 9., 2.]


@pytest.mark.parametrize('first, mean, std', [(1, 4., 2.), (2, 9.5, 1.),
                                              (5, -1, 3.)])
def test_the_running_mean_is_the_formula_after_each_epoch(first, mean, std):
    means = averaged(VALUES, first=first, mean=mean, std=std)
    wanted = [
        by_formula(VALUES[:n], first, mean, std)
        for n in range(1,
                       len(VALUES) + 1)
    ]
    assert means == pytest.approx(wanted, rel=1e-12)


def test_a_large_deviation_gives_equal_shares():
    means = averaged(VALUES, mean=4., std=1e6)
    stock = MODELS.build(
        dict(
            type='StochasticWeightAverage',
            model=nn.Linear(1, 1, bias=False).double()))
    model = nn.Linear(1, 1, bias=False).double()
    for value in VALUES:
        nn.init.constant_(model.weight, value)
        stock.update_parameters(model)
    assert means[-1] == pytest.approx(stock.module.weight.item(), rel=1e-9)
    assert means[-1] == pytest.approx(sum(VALUES) / len(VALUES), rel=1e-9)


def test_a_small_deviation_chooses_an_epoch():
    assert averaged(VALUES, mean=3., std=1e-3)[-1] == VALUES[2]
    # far away all densities are 0 in float64; the last epoch is the nearest
    assert averaged(VALUES, mean=900., std=.1) == VALUES
    assert gaussian_share(torch.tensor([1, 3]), 2., .01) == 0.5


def test_updates_between_which_epochs_are_left_out():
    means = averaged(VALUES, mean=4., std=2., interval=3)
    shares = [math.exp(-(e - 4.)**2 / 8.) for e in (1, 4, 7)]
    wanted = sum(p * VALUES[3 * i] for i, p in enumerate(shares))
    assert means[-1] == pytest.approx(wanted / sum(shares), rel=1e-12)


@pytest.mark.parametrize('options', [
    dict(mean=2., std=0.),
    dict(mean=2., std=-1.),
    dict(mean=math.nan, std=1.),
    dict(mean=2., std=math.inf)
])
def test_numbers_without_meaning(options):
    with pytest.raises(ValueError, match='must be finite, and std above 0'):
        averaged([1.], **options)
