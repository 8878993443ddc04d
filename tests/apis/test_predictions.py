"""From logits to what is told."""
import pytest
import torch

from projects.tc_clip.apis import NONE_OF_THESE, TimeSpan
from projects.tc_clip.apis.predictions import choose, describe
from projects.tc_clip.evaluation.ranking import Guess

NAMES = ['a', 'b', 'c']


def test_none_of_these_below_a_share():
    guesses = [Guess('a', 0.5, 1.), Guess('b', 0.3, 0.)]
    assert choose(guesses) == choose(guesses, 0.5) == 'a'
    assert choose(guesses, 0.501) == NONE_OF_THESE


@pytest.mark.parametrize('share', [60, -1, float('nan')])
def test_a_share_is_from_0_to_1(share):
    with pytest.raises(ValueError, match=f'none_below={share} must be from'):
        choose([Guess('a', 0.5, 1.)], share)


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
