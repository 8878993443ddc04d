"""ActionCLIP's layouts: its own, and that of MMAction2's project."""
import pytest
import torch

from projects.tc_clip.clip.layouts import ACTION_CLIP, MMACTION_ACTION_CLIP
from tests.clip.layouts.cases import assert_same, small_state, tower_keys
from tests.clip.layouts.test_tc_clip import our_keys


def official_state():
    """Returns CLIP's weights, and those of the fusion model."""
    return {
        key.replace('module.', 'fusion.'): value
        for key, value in small_state('actionclip_t4_transf').items()
    }


def test_round_trip_is_exact():
    state = official_state()
    ours, leftovers = ACTION_CLIP.read(state)
    assert leftovers == {}
    assert_same(ACTION_CLIP.write(ours), state)


def test_every_key_has_our_name():
    state = official_state()
    ours, _ = ACTION_CLIP.read(state)
    tokens = 'cls_head.text_encoder.token_embedding.weight'
    assert tower_keys(ours) == our_keys(12, False) | {tokens}
    assert ours['neck.positions'] is state[
        'fusion.frame_position_embeddings.weight']
    assert ours['neck.blocks.5.ln_2.weight'] is state[
        'fusion.transformer.resblocks.5.ln_2.weight']
    assert len(ours) == len(state) == 375


def test_the_project_in_mmaction2_has_the_same_weights():
    state = official_state()
    theirs = {
        f'clip.{key}'.replace('clip.fusion', 'adapter'): value
        for key, value in state.items()
    }
    ours, _ = MMACTION_ACTION_CLIP.read(theirs)
    assert_same(ours, ACTION_CLIP.read(state)[0])
    assert_same(MMACTION_ACTION_CLIP.write(ours), theirs)


def test_other_temporal_models_are_named():
    with pytest.raises(ValueError, match='unknown to the action_clip layout'):
        ACTION_CLIP.read({'fusion.lstm_visual.weight_ih_l0': torch.ones(1)})
