"""What a head takes from our backbone and from stock ones."""
import pytest
import torch

from projects.tc_clip.models.heads.head_inputs import (pool_feature,
                                                       split_features)
from projects.tc_clip.models.tower_features import TowerFeatures


def test_pool_feature():
    x = torch.randn(6, 24, 2, 3)
    pooled = pool_feature(x, num_segs=3)
    torch.testing.assert_close(
        pooled, torch.stack([x[:3].mean((0, 2, 3)), x[3:].mean((0, 2, 3))]))
    assert pool_feature(x[:, :, 0, 0]).equal(x[:, :, 0, 0])


@pytest.mark.parametrize('feature', [(2, 24), (2, 4, 24)])
@pytest.mark.parametrize('kind', [tuple, lambda x: TowerFeatures(*x)])
def test_features_of_our_tower_keep_their_context(feature, kind):
    """Of videos, or of frames; max_testing_views makes a plain tuple."""
    given = torch.randn(feature), torch.randn(2, 1, 5, 24)
    for have, want in zip(split_features(kind(given)), given):
        assert have is want


def test_other_backbones_give_no_context():
    feature = torch.randn(6, 24, 2, 3)
    pooled, context = split_features(feature, num_segs=3)
    assert context is None and pooled.equal(pool_feature(feature, 3))


@pytest.mark.parametrize(
    'shapes', [[(2, 24)], [(2, 24),
                           (2, 5, 24)], [(2, 24), (2, 1, 5, 24), (2, 24)]])
def test_other_tensors_are_named_by_their_shapes(shapes):
    with pytest.raises(ValueError) as error:
        split_features(tuple(torch.zeros(shape) for shape in shapes))
    assert f'the backbone gave tensors of shapes {shapes}: ' in str(
        error.value)
