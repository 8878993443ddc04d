"""Which tensors fit, and how those that do not are named."""
import pytest
import torch

from projects.tc_clip.clip.fitting import fits, misfits


@pytest.mark.parametrize(
    'source, target, wanted',
    [
        ((5, 8), (5, 8), True),
        ((5, 8), (3, 5, 8), True),  # repeated for three frames
        ((), (2, 2), True),
        ((3, 5, 8), (5, 8), False),
        ((8, ), (5, 8, 1), False),
        ((1, 8), (5, 8), False),  # repeated along leading axes only
    ])
def test_leading_axes_may_be_missing(source, target, wanted):
    assert fits(torch.zeros(source), torch.zeros(target)) == wanted


def test_all_that_does_not_fit_is_listed():
    source = dict(
        scale=torch.ones(()),
        proj=torch.ones(8, 4),
        bias=torch.ones(3, 2),
        ignored=torch.ones(7))
    target = dict(
        scale=torch.zeros(()),
        proj=torch.zeros(8, 5),
        bias=torch.zeros(2),
        ignored=torch.zeros(6),
        b=torch.zeros(1),
        a=torch.zeros(1))
    assert misfits(source, target, ['proj', 'b', 'scale', 'a', 'bias']) == [
        'missing keys: a, b', 'shape of bias: have (3, 2), want (2,)',
        'shape of proj: have (8, 4), want (8, 5)'
    ]
    assert misfits(source, target, ['scale']) == []
