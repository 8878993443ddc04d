"""How several texts of a class become one score."""
import torch
from mmaction.registry import MODELS


def test_texts_of_a_class_are_averaged_as_unit_vectors():
    mean = MODELS.build(dict(type='MeanOfWordings'))
    # two wordings of two classes, of lengths 2, 5, 3 and 10
    features = torch.tensor([[[[2., 0.], [3., 4.]], [[0., 3.], [10., 0.]]]])
    torch.testing.assert_close(
        mean(features), torch.tensor([[[0.5, 0.5], [0.8, 0.4]]]))


def test_one_wording_stays_as_it_is():
    mean = MODELS.build(dict(type='MeanOfWordings'))
    features = torch.randn(2, 1, 3, 24)
    assert mean(features).equal(features[:, 0])
    logits = torch.randn(2, 3)
    assert mean.class_logits(logits, 3) is logits
