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


def test_probabilities_of_wordings_are_averaged():
    mean = MODELS.build(dict(type='MeanOfProbabilities'))
    features = torch.randn(2, 4, 3, 24)
    texts = mean(features)
    assert texts.equal(features.reshape(2, 12, 24))
    logits = 30 * torch.randn(2, 12)
    wanted = torch.zeros(2, 3)
    for i, row in enumerate(logits):
        for wording in row.split(3):
            wanted[i] += wording.exp() / wording.exp().sum() / 4
    given = mean.class_logits(logits, 3)
    torch.testing.assert_close(given.exp(), wanted)
    torch.testing.assert_close(given.softmax(-1), wanted)
    # far apart, and still finite
    assert mean.class_logits(1e4 * logits, 3).isfinite().all()


def test_logits_of_one_wording_are_not_changed():
    mean = MODELS.build(dict(type='MeanOfProbabilities'))
    logits = torch.randn(2, 3)
    assert mean.class_logits(logits, 3) is logits


def test_every_wording_may_be_kept():
    keep = MODELS.build(dict(type='EveryWording'))
    features, logits = torch.randn(2, 4, 3, 24), torch.randn(2, 3)
    assert keep(features) is features
    assert keep.class_logits(logits, 3) is logits
