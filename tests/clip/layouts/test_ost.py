"""OST's layout; its keys are those of the official code."""
import pytest
import torch

from projects.tc_clip.clip.foreign_files import LAYOUTS
from projects.tc_clip.clip.layouts import OST
from tests.clip.layouts.cases import assert_same, small_state
from tests.clip.layouts.test_tc_clip import our_keys


def test_round_trip_is_exact():
    state = small_state('ost_t4')
    ours, leftovers = OST.read(state)
    assert leftovers == {}
    assert_same(OST.write(ours), state)
    layout = LAYOUTS['ost']
    file = layout.wrap(layout.write(ours, {}))
    assert file.keys() == {'model'}
    assert all(key.startswith('module.') for key in file['model'])
    assert_same(layout.unwrap(file, 'a.pth'), state)


def test_every_key_has_our_name():
    state = small_state('ost_t4')
    ours, _ = OST.read(state)
    tokens = 'cls_head.text_encoder.token_embedding.weight'
    assert {*ours} == our_keys(12, False) | {tokens}
    assert ours[tokens] is state['text_encoder.token_embedding.weight']
    assert LAYOUTS['ost'].left_out == ()


def test_other_keys_are_named():
    with pytest.raises(ValueError, match='ost layout: prompt_learner.ctx$'):
        OST.read({'prompt_learner.ctx': torch.ones(1)})
    with pytest.raises(ValueError, match='ost has no place .*: neck$'):
        OST.write({'neck': torch.ones(1)})
