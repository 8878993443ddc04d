"""What a head takes from our backbone and from stock ones."""
import pytest
import torch

from projects.tc_clip.models.heads.head_inputs import (pool_feature,
                                                       split_features)


def test_pool_feature():
    x = torch.randn(6, 24, 2, 3)
    pooled = pool_feature(x, num_segs=3)
    torch.testing.assert_close(
        pooled, torch.stack([x[:3].mean((0, 2, 3)), x[3:].mean((0, 2, 3))]))
    assert pool_feature(x[:, :, 0, 0]).equal(x[:, :, 0, 0])


def test_context_tokens_are_told_from_a_plain_feature():
    feature, context = torch.randn(2, 24), torch.randn(2, 1, 5, 24)
    assert split_features(feature) == (feature, None)
    assert split_features((feature, context)) == (feature, context)


@pytest.mark.parametrize(
    'shapes', [[(2, 24)], [(2, 24),
                           (2, 5, 24)], [(2, 24), (2, 1, 5, 24), (2, 24)]])
def test_other_tensors_are_named_by_their_shapes(shapes):
    with pytest.raises(ValueError) as error:
        split_features(tuple(torch.zeros(shape) for shape in shapes))
    assert f'the backbone gave tensors of shapes {shapes}: ' in str(
        error.value)
