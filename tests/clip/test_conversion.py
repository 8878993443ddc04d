"""Small files of other code bases, converted to ours and back."""
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from projects.tc_clip.clip.conversion import (complete, convert, lacking_parts,
                                              revert, save)
from projects.tc_clip.files import sha256
from tests.small import DATA, TINY_ARCH, changed, save_clip

LAYOUTS = json.loads((DATA / 'official_layouts.json').read_text())
SIZES = dict(D=8, E=4, N=5)
TOKENS = 'cls_head.text_encoder.token_embedding.weight'


class Config:
    """A class that is not to be loaded."""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Works in an empty folder."""
    monkeypatch.chdir(tmp_path)


def to_ours(layout, source='official.pth', clip='clip.pt', **options):
    """Converts a file; returns what was done, and the file that is new."""
    done = convert(layout, source, Path('out/ours.pth'), 'ViT-B-16', clip,
                   **options)
    return done, torch.load('out/ours.pth', weights_only=True)


def make_official(layout, path='official.pth'):
    model = {}
    for key, shape in LAYOUTS[layout].items():
        shape = [
            n if isinstance(n, int) else int(n[:-1] or 1) * SIZES[n[-1]]
            for n in shape
        ]
        for i in range('{j}' in key, 2 if '{' in key else 1):
            model[f'module.{key.format(i=i, j=i)}'] = torch.randn(shape)
    torch.save(
        dict(
            model=model,
            optimizer={},
            lr_scheduler={},
            epoch=9,
            max_accuracy=81.5,
            config=Config()), path)
    return model


@pytest.mark.parametrize('layout, aside', [
    ('tc_clip', ['prompt_learner.token_prefix', 'prompt_learner.token_suffix'
                 ]),
    ('vifi_clip', ['prompt_learner.complete_text_embeddings']),
])
def test_official_file_to_ours_and_back(layout, aside):
    model, clip = make_official(layout), save_clip('clip.pt', TINY_ARCH)
    model['module.image_encoder.positional_embedding'] = torch.randn(3, 5, 8)
    torch.save(dict(model=model, config=Config()), 'official.pth')

    done, file = to_ours(layout)

    state, meta = file['state_dict'], file['meta']
    assert state.keys() == done.state.keys() and done.added == [TOKENS]
    assert torch.equal(state[TOKENS], clip['token_embedding.weight'])
    assert torch.equal(state['backbone.proj'],
                       model['module.image_encoder.proj'])
    assert list(meta.pop('leftovers')) == list(done.leftovers) == aside
    assert meta == dict(
        converted_from=layout,
        source='official.pth',
        sha256=sha256('official.pth'))

    done = revert(layout, 'out/ours.pth', Path('back.pth'))

    back = torch.load('back.pth', weights_only=True)
    assert list(back) == ['model'] and list(done.leftovers) == aside
    assert back['model'].keys() == model.keys()
    assert all(torch.equal(back['model'][k], v) for k, v in model.items())


def test_token_embedding_must_come_from_somewhere():
    make_official('tc_clip')
    with pytest.raises(ValueError) as error:
        to_ours('tc_clip', clip=None)
    assert str(error.value) == (
        f'official.pth does not hold {TOKENS}; give the CLIP that it was made '
        'from, e.g. --clip openai')
    assert not Path('out/ours.pth').exists()


def test_clip_of_another_size():
    model = make_official('vifi_clip')
    save_clip('clip.pt', changed(TINY_ARCH, vision=dict(width=16)))
    del model['module.image_encoder.ln_pre.bias']
    torch.save(dict(model=model), 'official.pth')
    with pytest.raises(ValueError) as error:
        to_ours('vifi_clip')
    message = str(error.value)
    assert message == (
        'The checkpoint and its CLIP are not of one architecture (--arch): '
        'backbone.ln_pre.bias is missing; shape of backbone.class_embedding: '
        'have (16,), want (8,); shape of backbone.conv1.weight: have '
        '(16, 3, 16, 16), want (8, 3, 16, 16); and 29 more')


def test_openai_file():
    clip = save_clip('clip.pt', TINY_ARCH)
    done, file = to_ours('openai', 'clip.pt', clip=None)
    assert done.added == [] and done.leftovers == {}
    assert len(file['state_dict']) == len(clip)
    assert torch.equal(file['state_dict']['backbone.conv1.weight'],
                       clip['visual.conv1.weight'])


def mmpretrain_tower(clip):
    """Returns the state dict of a vision tower of CLIP's size."""
    state = {
        'backbone.cls_token': torch.randn(1, 1, 8),
        'backbone.pos_embed': torch.randn(1, 5, 8),
        'backbone.patch_embed.projection.weight': torch.randn(8, 3, 16, 16),
        'backbone.patch_embed.projection.bias': torch.zeros(8),
    }
    norms = dict(ln_pre='pre_norm', ln_post='ln1')
    blocks = {'mlp.c_fc': 'ffn.layers.0.0', 'mlp.c_proj': 'ffn.layers.1'}
    blocks.update({'attn.in_proj': 'attn.qkv', 'attn.out_proj': 'attn.proj'})
    blocks.update(ln_1='ln1', ln_2='ln2')
    for i in range(2):
        for ours, theirs in blocks.items():
            norms[f'transformer.resblocks.{i}.{ours}'] = f'layers.{i}.{theirs}'
    for ours, theirs in norms.items():
        for leaf in ('weight', 'bias'):
            gap = '_' if ours.endswith('in_proj') else '.'
            shape = clip[f'visual.{ours}{gap}{leaf}'].shape
            state[f'backbone.{theirs}.{leaf}'] = torch.randn(shape)
    return state


def test_vision_tower_of_mmpretrain():
    clip = save_clip('clip.pt', TINY_ARCH)
    state = mmpretrain_tower(clip)
    torch.save(dict(state_dict=state, meta=Config()), 'vit.pth')

    with pytest.raises(ValueError) as error:
        to_ours('mmpretrain', 'vit.pth', clip=None)
    assert str(error.value) == (
        'vit.pth does not hold cls_head.*, backbone.proj; give the CLIP that '
        'it was made from, e.g. --clip openai')

    done, file = to_ours('mmpretrain', 'vit.pth')
    ours = file['state_dict']
    assert len(ours) == len(clip)
    assert [*done.leftovers] == ['backbone.patch_embed.projection.bias']
    assert [k for k in done.added
            if k.startswith('backbone.')] == ['backbone.proj']
    assert torch.equal(ours['backbone.ln_post.bias'],
                       state['backbone.ln1.bias'])
    assert torch.equal(ours['cls_head.text_encoder.text_projection'],
                       clip['text_projection'])


def test_buffers_of_another_layout_are_not_given_back():
    make_official('vifi_clip')
    save_clip('clip.pt', TINY_ARCH)
    to_ours('vifi_clip')
    done = revert('tc_clip', 'out/ours.pth', Path('back.pth'))
    assert done.leftovers == {}
    model = torch.load('back.pth', weights_only=True)['model']
    assert 'module.image_encoder.transformer.resblocks.0.attn.q_proj.bias' \
        in model
    assert not any('prompt_learner' in key for key in model)


def test_prompts_do_not_fit_into_vifi_clip():
    make_official('tc_clip')
    save_clip('clip.pt', TINY_ARCH)
    to_ours('tc_clip')
    with pytest.raises(
            ValueError,
            match='^Keys that vifi_clip has no place '
            'for: cls_head.prompt_vectors, backbone.transformer.'
            'resblocks.1.local_global_bias, '):
        revert('vifi_clip', 'out/ours.pth', Path('back.pth'))


@pytest.mark.parametrize('keys, lacking', [
    (['backbone.proj'], ('cls_head.', 'backbone.proj')),
    (['backbone.proj', 'cls_head.logit_scale'], (TOKENS, )),
    (['backbone.proj', 'cls_head.logit_scale', TOKENS], ()),
])
def test_clip_gives_a_head_or_the_token_embedding(keys, lacking):
    state = {key: torch.zeros(1) for key in keys}
    assert lacking_parts(state) == lacking
    clip = {
        key: torch.ones(1)
        for key in (*keys, 'cls_head.logit_scale', TOKENS, 'backbone.proj')
    }
    added = complete(state, clip)
    assert {*added} == clip.keys() - {*keys} and state.keys() == clip.keys()
    assert all(state[key] == (key in added) for key in state)


def test_hugging_face_files_are_safetensors():
    """What is read is written again, bit by bit."""
    state = {
        'logit_scale': torch.ones(()),
        'text_projection.weight': torch.randn(4, 6),
        'visual_projection.weight': torch.randn(4, 6),
        'text_model.encoder.layers.0.layer_norm1.bias': torch.randn(6),
        'text_model.embeddings.token_embedding.weight': torch.randn(9, 6),
        'text_model.embeddings.position_ids': torch.arange(77),
    }
    save_file(state, 'model.safetensors')
    done, ours = to_ours('hf_x_clip', 'model.safetensors', clip=None)
    assert [*done.leftovers] == ['text_model.embeddings.position_ids']
    encoder = 'cls_head.text_encoder.'
    assert ours['state_dict'][f'{encoder}text_projection'].equal(
        state['text_projection.weight'].t())
    done = revert('hf_x_clip', 'out/ours.pth', Path('back.safetensors'))
    assert done.left_out == ()
    back = load_file('back.safetensors')
    assert back.keys() == state.keys()
    assert all(back[key].equal(state[key]) for key in state)


def test_safetensors_hold_tensors_only():
    with pytest.raises(ValueError, match='^a.safetensors: a .safetensors '):
        save(dict(state_dict={}, meta={}), Path('a.safetensors'))


def test_a_source_is_not_replaced(tmp_path):
    source, target = tmp_path / 'a.pth', tmp_path / 'b' / '..' / 'a.pth'
    (tmp_path / 'b').mkdir()
    source.write_bytes(b'theirs')
    with pytest.raises(ValueError, match=r'a\.pth would be replaced by what '):
        save({}, target, source)
    assert source.read_bytes() == b'theirs'


def test_layouts_to_read_only():
    torch.save(dict(state_dict={}), 'ours.pth')
    with pytest.raises(ValueError, match="^'openai' is a layout to read only"):
        revert('openai', 'ours.pth', Path('back.pth'))
