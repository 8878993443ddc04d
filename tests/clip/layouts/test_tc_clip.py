"""Official TC-CLIP and ViFi-CLIP; key lists of their files are in data."""
import hashlib
import json

import pytest
import torch

from projects.tc_clip.clip import layouts
from tests.small import DATA

LAYOUTS = json.loads((DATA / 'official_layouts.json').read_text())
PAIRS = dict(
    tc_clip=(layouts.TC_CLIP.read, layouts.TC_CLIP.write),
    vifi_clip=(layouts.VIFI_CLIP.read, layouts.VIFI_CLIP.write))
BLOCK = ('ln_1.weight ln_1.bias ln_2.weight ln_2.bias attn.in_proj_weight '
         'attn.in_proj_bias attn.out_proj.weight attn.out_proj.bias '
         'mlp.c_fc.weight mlp.c_fc.bias mlp.c_proj.weight mlp.c_proj.bias')


def official(layout, layers=2, fill=torch.randn, **sizes):
    """Makes a state dict of an official code, 8 wide if not told else."""
    sizes = {'D': 8, 'E': 4, 'N': 5, **sizes}
    state = {}
    for key, shape in LAYOUTS[layout].items():
        shape = [
            n if isinstance(n, int) else int(n[:-1] or 1) * sizes[n[-1]]
            for n in shape
        ]
        for i in range('{j}' in key, layers if '{' in key else 1):
            state[key.format(i=i, j=i)] = fill(shape)
    return state


def our_keys(layers, prompted):
    """Makes the list of our keys, without the token embedding."""
    vision = ('class_embedding positional_embedding proj conv1.weight '
              'ln_pre.weight ln_pre.bias ln_post.weight ln_post.bias').split()
    text = ('positional_embedding text_projection ln_final.weight '
            'ln_final.bias').split()
    blocks = [
        f'transformer.resblocks.{i}.{leaf}' for i in range(layers)
        for leaf in BLOCK.split()
    ]
    keys = {f'backbone.{k}' for k in vision + blocks}
    keys |= {f'cls_head.text_encoder.{k}' for k in text + blocks}
    keys.add('cls_head.logit_scale')
    if prompted:
        vp = BLOCK.split() + ['ln_1_kv.weight', 'ln_1_kv.bias']
        keys |= {f'cls_head.prompting.layers.0.{leaf}' for leaf in vp}
        keys |= {
            f'backbone.transformer.resblocks.{i}.local_global_bias'
            for i in range(1, layers)
        }
        keys.add('cls_head.prompt_vectors')
    return keys


@pytest.mark.parametrize('layout,count,digest', [
    ('tc_clip', 377, '04256353d260d81e'),
    ('vifi_clip', 302, 'efc18d3b525687be'),
])
def test_every_key_of_the_official_files_has_our_name(layout, count, digest):
    state = official(
        layout,
        12,
        lambda shape: torch.empty(shape, device='meta'),
        D=768,
        E=512,
        N=197)
    listed = sorted([k, list(v.shape)] for k, v in state.items())
    assert len(listed) == count
    # of the list that the official code printed
    assert hashlib.sha256(repr(listed).encode()).hexdigest()[:16] == digest

    ours, leftovers = PAIRS[layout][0](state)

    assert ours.keys() == our_keys(12, prompted=layout == 'tc_clip')
    assert all(key.startswith('prompt_learner.') for key in leftovers)
    in_proj = ours['backbone.transformer.resblocks.3.attn.in_proj_weight']
    assert in_proj.shape == (3 * 768, 768)


@pytest.mark.parametrize('layout', ['tc_clip', 'vifi_clip'])
@pytest.mark.parametrize('frames', [None, 3])
@pytest.mark.parametrize('dtype', [torch.float32, torch.float16])
def test_round_trip_is_exact(layout, frames, dtype):
    read, write = PAIRS[layout]
    state = {k: v.to(dtype) for k, v in official(layout).items()}
    if frames:
        state['image_encoder.positional_embedding'] = torch.randn(frames, 5, 8)
    ours, leftovers = read(state)
    ours[layouts.TOKEN_EMBEDDING] = torch.randn(10, 4)  # comes from CLIP

    back = write(ours, leftovers)

    assert back.keys() == state.keys()
    for key, value in state.items():
        assert back[key].dtype == value.dtype
        assert torch.equal(back[key], value), key
    without = set(back) - set(write(ours))
    assert without == set(leftovers)


def test_projections_are_stacked_in_order():
    state = official('tc_clip')
    ours, _ = layouts.TC_CLIP.read(state)
    prefix = 'image_encoder.transformer.resblocks.1.attn.'
    stacked = ours['backbone.transformer.resblocks.1.attn.in_proj_bias']
    parts = [state[f'{prefix}{x}_proj.bias'] for x in 'qkv']
    assert torch.equal(stacked, torch.stack(parts).flatten())
    # split tensors own their memory, so that a file holds each but once
    back = layouts.TC_CLIP.write(ours)
    assert back[f'{prefix}k_proj.bias'].untyped_storage().nbytes() == 8 * 4


def test_keys_without_a_place_are_named():
    state = official('vifi_clip')
    state['image_encoder.VPT'] = torch.ones(1)
    state['image_encoder.transformer.resblocks.1.VPT_shallow'] = torch.ones(1)
    with pytest.raises(ValueError) as error:
        layouts.VIFI_CLIP.read(state)
    assert str(error.value) == (
        'Keys unknown to the vifi_clip layout: image_encoder.VPT, '
        'image_encoder.transformer.resblocks.1.VPT_shallow')

    ours, _ = layouts.TC_CLIP.read(official('tc_clip'))
    with pytest.raises(ValueError) as error:
        layouts.VIFI_CLIP.write(ours)
    absent = our_keys(2, True) - our_keys(2, False)
    assert set(error.value.keys) == absent
    assert str(error.value) == (
        'Keys that vifi_clip has no place for: '
        f'{", ".join(error.value.keys[:3])}, and {len(absent) - 3} more')


def test_incomplete_projection():
    state = official('tc_clip')
    prefix = 'image_encoder.transformer.resblocks.0.attn.'
    del state[f'{prefix}k_proj.bias']
    with pytest.raises(ValueError) as error:
        layouts.TC_CLIP.read(state)
    assert str(error.value) == (
        f'{prefix}q_proj.bias is there, but not {prefix}k_proj.bias')
