"""Vita-CLIP's layout; its keys are those of the official code."""
import pytest
import torch

from projects.tc_clip.clip.layouts import VITA_CLIP
from tests.clip.layouts.cases import assert_same, small_state, tower_keys
from tests.clip.layouts.test_tc_clip import our_keys


@pytest.fixture
def state():
    return small_state('vita_t4')


def test_round_trip_is_exact(state):
    ours, leftovers = VITA_CLIP.read(state)
    assert leftovers.keys() == {
        'prompt_learner.token_prefix', 'prompt_learner.token_suffix'
    }
    assert_same(VITA_CLIP.write(ours, leftovers), state)


def test_every_key_has_our_name(state):
    ours, _ = VITA_CLIP.read(state)
    tokens = 'cls_head.text_encoder.token_embedding.weight'
    assert tower_keys(ours) == our_keys(12, False) | {tokens}
    layer = 'visual.blocks.3.'
    assert ours['backbone.injection.layers.3.local_prompts'].equal(
        state[f'{layer}local_prompts'][0])
    for name, attention in [('backbone.transformer.resblocks.3.attn', 'attn'),
                            ('backbone.injection.layers.3.summary_attn',
                             'summary_attn_layer')]:
        parts = [state[f'{layer}{attention}.{x}_proj.bias'] for x in 'qkv']
        assert ours[f'{name}.in_proj_bias'].equal(torch.cat(parts))
    assert ours['backbone.conv1.bias'] is state['visual.patch_embed.proj.bias']
    assert ours['backbone.time_embedding'] is state['visual.time_embed']
    assert ours['cls_head.prompt_vectors'] is state['prompt_learner.ctx']


def test_other_keys_are_named():
    with pytest.raises(ValueError, match='vita_clip layout: visual.head$'):
        VITA_CLIP.read({'visual.head': torch.ones(1)})
