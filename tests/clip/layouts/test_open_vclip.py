"""Open-VCLIP's layout; its keys are those of the official code."""
import pytest
import torch

from projects.tc_clip.clip.layouts import from_open_vclip, to_open_vclip
from tests.clip.layouts.cases import assert_same, small_state, tower_keys
from tests.clip.layouts.test_tc_clip import our_keys

CASE = 'openvclip_t4'


def test_round_trip_is_exact():
    state = small_state(CASE)
    ours, leftovers = from_open_vclip(state)
    assert leftovers == {}
    assert_same(to_open_vclip(ours), state)


def test_every_key_has_our_name():
    state = small_state(CASE)
    ours, _ = from_open_vclip(state)
    tokens = 'cls_head.text_encoder.token_embedding.weight'
    assert {*ours} == tower_keys(ours) == our_keys(12, False) | {tokens}
    assert len(ours) == len(state) == 302
    assert ours['backbone.proj'] is state['model.visual.proj']
    assert ours['cls_head.logit_scale'] is state['model.logit_scale']


def test_other_keys_are_named():
    with pytest.raises(ValueError, match='open_vclip layout: model.head$'):
        from_open_vclip({'model.head': torch.ones(1)})
    with pytest.raises(ValueError, match='open_vclip has no place .*: neck$'):
        to_open_vclip({'neck': torch.ones(1)})
