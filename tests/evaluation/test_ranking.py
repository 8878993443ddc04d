"""From the scores of a video to its best classes."""
import pytest
import torch

from projects.tc_clip.evaluation.ranking import best_classes, rank

NAMES = ['a', 'b', 'c']


def test_best_classes_come_first():
    shares = torch.tensor([0.25, 0.125, 0.5, 0.0625])
    assert best_classes(shares, 2) == [(2, 0.5), (0, 0.25)]
    assert [i for i, _ in best_classes(shares, 9)] == [2, 0, 1, 3]


def test_views_are_averaged_as_probabilities():
    logits = torch.tensor([[0., 3., 1.], [4., 0., 1.]])
    guesses = rank(logits, NAMES)
    mean = logits.softmax(-1).mean(0)
    assert [guess.label for guess in guesses] == ['a', 'b', 'c']
    for guess, i in zip(guesses, range(3)):
        assert guess.probability == pytest.approx(float(mean[i]))
        assert guess.logit == float(logits[:, i].mean())
    assert sum(guess.probability for guess in guesses) == pytest.approx(1)


def test_fewer_guesses_are_the_best_ones():
    logits = torch.tensor([[0., 3., 1.]])
    assert rank(logits, NAMES, top_k=2) == rank(logits, NAMES)[:2]
    assert len(rank(logits, NAMES, top_k=9)) == 3


@pytest.mark.parametrize('names, top_k, message', [
    (['a'], 1, '3 logits for 1 class names'),
    (NAMES, 0, 'top_k=0 must be 1 or more'),
])
def test_what_cannot_be_ranked_is_refused(names, top_k, message):
    with pytest.raises(ValueError, match=message):
        rank(torch.zeros(1, 3), names, top_k)


def test_several_labels_have_a_sigmoid_each():
    logits = torch.tensor([[2., -1., 0.], [0., -1., 3.]])
    guesses = rank(logits, ['a', 'b', 'c'], several=True)
    wanted = dict(zip('abc', logits.sigmoid().mean(0).tolist()))
    assert [guess.label for guess in guesses] == ['c', 'a', 'b']
    for guess in guesses:
        assert guess.probability == pytest.approx(wanted[guess.label])
