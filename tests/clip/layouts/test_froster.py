"""FROSTER's layout; its keys are those of the official code."""
import pytest
import torch

from projects.tc_clip.clip.foreign_files import LAYOUTS
from projects.tc_clip.clip.layouts import FROSTER
from tests.clip.layouts.cases import assert_same, small_state
from tests.clip.layouts.test_tc_clip import our_keys

CASE = 'froster_t4'


def without_teacher(state):
    return {k: x for k, x in state.items() if not k.startswith('raw_model.')}


@pytest.mark.parametrize('change', [dict, without_teacher])
def test_round_trip_is_exact(change):
    state = change(small_state(CASE))
    assert len(state) == (608 if change is dict else 306)
    ours, leftovers = FROSTER.read(state)
    assert leftovers == {}
    assert_same(FROSTER.write(ours), state)
    layout = LAYOUTS['froster']
    file = layout.wrap(layout.write(ours, {}))
    assert file.keys() == {'model_state'}
    assert_same(layout.unwrap(file, 'a.pyth'), state)


def test_every_key_has_our_name():
    state = small_state(CASE)
    ours, _ = FROSTER.read(state)
    towers = our_keys(
        12, False) | {'cls_head.text_encoder.token_embedding.weight'}
    projectors = {
        f'distillation.{part}_projector.{i}.weight'
        for part in ('image', 'text')
        for i in (0, 2)
    }
    assert {*ours} == towers | {f'teacher.{key}'
                                for key in towers} | projectors
    assert ours['teacher.backbone.proj'] is state['raw_model.visual.proj']
    assert ours['distillation.text_projector.2.weight'] is state[
        'projector_t.2.weight']


def test_other_keys_are_named():
    with pytest.raises(ValueError, match='froster layout: projector_x.0.wei'):
        FROSTER.read({'projector_x.0.weight': torch.ones(1)})
    with pytest.raises(ValueError, match='froster has no place .*: teacher$'):
        FROSTER.write({'teacher': torch.ones(1)})
