"""X-CLIP's layouts: its own, and that of Hugging Face's model."""
import pytest
import torch

from projects.tc_clip.clip.layouts import HF_X_CLIP, X_CLIP
from tests.clip.layouts.cases import assert_same, small_state, tower_keys
from tests.clip.layouts.test_tc_clip import our_keys

XCLIP = dict(
    text_config=dict(
        hidden_size=8,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2),
    vision_config=dict(
        hidden_size=8,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=32,
        patch_size=16,
        num_frames=4,
        mit_hidden_size=4,
        mit_intermediate_size=16,
        mit_num_attention_heads=2),
    projection_dim=4,
    prompt_num_attention_heads=2)


def test_round_trip_is_exact():
    state = small_state('xclip_t4')
    ours, leftovers = X_CLIP.read(state)
    assert leftovers == {}
    assert_same(X_CLIP.write(ours), state)


def test_every_key_has_our_name():
    state = small_state('xclip_t4')
    ours, _ = X_CLIP.read(state)
    tokens = 'cls_head.text_encoder.token_embedding.weight'
    assert tower_keys(ours) == our_keys(12, False) | {tokens}
    assert ours['neck.positions'].equal(state['mit.positional_embedding'][0])
    message = 'visual.transformer.resblocks.7.message_'
    assert ours['backbone.injection.layers.7.attn.in_proj_bias'] is state[
        f'{message}attn.in_proj_bias']
    decoder = 'prompts_generator.decoder.1.'
    for name, official in [('norm2.bias', 'norm3.bias'),
                           ('q_proj.weight', 'cross_attn.q_proj.weight'),
                           ('proj.bias', 'cross_attn.proj.bias'),
                           ('mlp.c_proj.weight', 'mlp.3.weight')]:
        assert ours[f'cls_head.fusion.layers.1.{name}'] is state[decoder +
                                                                 official]
    assert len(ours) == len(state) == 443


def test_hugging_face_round_trip_is_exact():
    transformers = pytest.importorskip('transformers')
    model = transformers.XCLIPModel(transformers.XCLIPConfig(**XCLIP))
    state = model.state_dict()
    # files of older versions hold these numbers
    state['text_model.embeddings.position_ids'] = torch.arange(77)[None]
    ours, leftovers = HF_X_CLIP.read(state)
    assert [*leftovers] == ['text_model.embeddings.position_ids']
    assert_same(HF_X_CLIP.write(ours, leftovers), state)
    tokens = 'cls_head.text_encoder.token_embedding.weight'
    assert tower_keys(ours) == our_keys(2, False) | {tokens}
    # the same names as from the official file
    official = X_CLIP.read(small_state('xclip_t4'))[0]
    new = {key for key in ours if '.2.' not in key} - tower_keys(ours)
    assert new < official.keys() - tower_keys(official)


def test_other_keys_are_named():
    with pytest.raises(ValueError, match='x_clip layout: mit.head$'):
        X_CLIP.read({'mit.head': torch.ones(1)})
    with pytest.raises(ValueError, match='hf_x_clip layout: mit.head$'):
        HF_X_CLIP.read({'mit.head': torch.ones(1)})
