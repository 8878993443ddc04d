"""A5's layout; its keys are those of the official code."""
import pytest
import torch

from projects.tc_clip.clip.layouts import A5
from tests.clip.layouts.cases import assert_same, small_state, tower_keys
from tests.clip.layouts.test_tc_clip import our_keys

CASE = 'a5_t4'


def test_round_trip_is_exact():
    state = small_state(CASE)
    ours, leftovers = A5.read(state)
    assert leftovers == {}
    assert_same(A5.write(ours), state)


def test_every_key_has_our_name():
    state = small_state(CASE)
    ours, _ = A5.read(state)
    tokens = 'cls_head.text_encoder.token_embedding.weight'
    assert tower_keys(ours) == our_keys(12, False) | {tokens}
    assert ours['cls_head.prompt_vectors'] is state['embedding.weight']
    assert ours['neck.positions'] is state['temporalEmbedding.weight']
    assert ours['neck.blocks.0.mlp.c_fc.bias'] is state[
        'temporalModelling.resblocks.0.mlp.c_fc.bias']
    assert len(ours) == len(state) == 316


def test_other_keys_are_named():
    with pytest.raises(ValueError, match='unknown to the a5 layout: head$'):
        A5.read(dict(head=torch.ones(1)))
    with pytest.raises(ValueError, match='a5 has no place for: neck.lstm$'):
        A5.write({'neck.lstm': torch.ones(1)})
