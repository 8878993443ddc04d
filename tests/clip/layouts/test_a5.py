"""A5's layout; its keys are those of the official code."""
import pytest
import torch

from projects.tc_clip.clip.layouts import from_a5, to_a5
from tests.clip.layouts.cases import assert_same, small_state, tower_keys
from tests.clip.layouts.test_tc_clip import our_keys

CASE = 'a5_t4'


def test_round_trip_is_exact():
    state = small_state(CASE)
    ours, leftovers = from_a5(state)
    assert leftovers == {}
    assert_same(to_a5(ours), state)


def test_every_key_has_our_name():
    state = small_state(CASE)
    ours, _ = from_a5(state)
    tokens = 'cls_head.text_encoder.token_embedding.weight'
    assert tower_keys(ours) == our_keys(12, False) | {tokens}
    assert ours['cls_head.prompt_vectors'] is state['embedding.weight']
    assert ours['neck.positions'] is state['temporalEmbedding.weight']
    assert ours['neck.blocks.0.mlp.c_fc.bias'] is state[
        'temporalModelling.resblocks.0.mlp.c_fc.bias']
    assert len(ours) == len(state) == 316


def test_other_keys_are_named():
    with pytest.raises(ValueError, match='unknown to the a5 layout: head$'):
        from_a5(dict(head=torch.ones(1)))
    with pytest.raises(ValueError, match='a5 has no place for: neck.lstm$'):
        to_a5({'neck.lstm': torch.ones(1)})
