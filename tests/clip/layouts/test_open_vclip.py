"""Open-VCLIP's layout; its keys are those of the official code."""
import pytest
import torch

from projects.tc_clip.clip.layouts import OPEN_VCLIP
from tests.clip.layouts.cases import assert_same, small_state, tower_keys
from tests.clip.layouts.test_tc_clip import our_keys

CASE = 'openvclip_t4'


def test_round_trip_is_exact():
    state = small_state(CASE)
    ours, leftovers = OPEN_VCLIP.read(state)
    assert leftovers == {}
    assert_same(OPEN_VCLIP.write(ours), state)


def test_every_key_has_our_name():
    state = small_state(CASE)
    ours, _ = OPEN_VCLIP.read(state)
    tokens = 'cls_head.text_encoder.token_embedding.weight'
    assert {*ours} == tower_keys(ours) == our_keys(12, False) | {tokens}
    assert len(ours) == len(state) == 302
    assert ours['backbone.proj'] is state['model.visual.proj']
    assert ours['cls_head.logit_scale'] is state['model.logit_scale']


def test_other_keys_are_named():
    with pytest.raises(ValueError, match='open_vclip layout: model.head$'):
        OPEN_VCLIP.read({'model.head': torch.ones(1)})
    with pytest.raises(ValueError, match='open_vclip has no place .*: neck$'):
        OPEN_VCLIP.write({'neck': torch.ones(1)})
