"""MAXI's loss; the official numbers are in test_official_bags.py."""
import pytest
import torch
from mmaction.registry import MODELS

LABELS = [2, 0, 2, 1]


def same(labels=LABELS):
    """Returns which videos have one class ``(B, B)``."""
    labels = torch.tensor(labels)
    return (labels[:, None] == labels).double()


def test_loss_is_the_mean_over_pairs_of_one_label():
    scores = 5 * torch.randn(4, 12).double()
    terms = []
    for i, row in enumerate(scores):
        share = row.exp() / row.exp().sum()
        for j in range(4):
            if LABELS[i] == LABELS[j]:
                terms.append(-share[3 * j:3 * j + 3].sum().log())
    assert len(terms) == 6  # a label that occurs twice has four
    loss = MODELS.build(dict(type='BagNCE'))(scores, same())
    torch.testing.assert_close(loss, torch.stack(terms).mean())


def test_bags_of_one_text_and_own_classes_give_cross_entropy():
    scores = torch.randn(4, 4).double()
    loss = MODELS.build(dict(type='BagNCE'))(scores, same([0, 1, 2, 3]))
    torch.testing.assert_close(
        loss, torch.nn.functional.cross_entropy(scores, torch.arange(4)))


def test_large_scores_stay_finite():
    scores = 1e4 * torch.randn(4, 12)
    loss = MODELS.build(dict(type='BagNCE'))(scores, same().float())
    assert loss.isfinite()


@pytest.mark.parametrize('label', [same(), torch.tensor(LABELS)])
def test_other_labels_are_refused(label):
    with pytest.raises(ValueError, match='needs a label .*TextBags'):
        MODELS.build(dict(type='BagNCE'))(torch.rand(4, 10), label)
