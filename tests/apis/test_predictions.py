"""From logits to what is told."""
import torch

from projects.tc_clip.apis import NONE_OF_THESE, TimeSpan, rank
from projects.tc_clip.apis.predictions import choose, describe
from projects.tc_clip.evaluation.ranking import Guess

NAMES = ['a', 'b', 'c']


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


def test_none_of_these_below_a_share():
    guesses = [Guess('a', 0.5, 1.), Guess('b', 0.3, 0.)]
    assert choose(guesses) == choose(guesses, 0.5) == 'a'
    assert choose(guesses, 0.501) == NONE_OF_THESE


def test_plain_data_has_all_that_is_known():
    span = TimeSpan(1., 2.5)
    prediction = describe('x.mp4', torch.tensor([[0., 1., 0.]]), NAMES, 1, 0.9,
                          span)
    guess = prediction.guesses[0]
    assert prediction.to_dict() == dict(
        video='x.mp4',
        label=NONE_OF_THESE,
        start=1.,
        end=2.5,
        guesses=[dict(label='b', probability=guess.probability, logit=1.)])
    assert 'start' not in prediction._replace(span=None).to_dict()
