"""MAXI's layout; its keys are those of the official code."""
import pytest
import torch

from projects.tc_clip.clip.foreign_files import LAYOUTS
from projects.tc_clip.clip.layouts import MAXI, TOKEN_EMBEDDING
from tests.clip.layouts.cases import assert_same, small_state
from tests.clip.layouts.test_tc_clip import our_keys

# files of an evaluation hold a buffer, those of a training do not
CASES = dict(maxi_t4=302, maxi_t4_grad=301)


@pytest.mark.parametrize('case', CASES)
def test_round_trip_is_exact(case):
    state = small_state(case)
    assert len(state) == CASES[case]
    ours, leftovers = MAXI.read(state)
    assert {*ours} == our_keys(12, False)
    assert len(leftovers) == CASES[case] - 301
    assert_same(MAXI.write(ours, leftovers), state)
    layout = LAYOUTS['maxi']
    file = layout.wrap(layout.write(ours, leftovers))
    assert_same(layout.unwrap(file, 'a.pth'), state)


def test_the_token_embedding_is_left_out():
    ours = {TOKEN_EMBEDDING: torch.ones(1), 'backbone.proj': torch.ones(2)}
    assert MAXI.write(ours).keys() == {'image_encoder.proj'}
    assert LAYOUTS['maxi'].left_out == (TOKEN_EMBEDDING, )


def test_other_keys_are_named():
    with pytest.raises(ValueError, match='prompt_learner.ctx$'):
        MAXI.read({'prompt_learner.ctx': torch.ones(1)})
