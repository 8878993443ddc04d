"""The machine that renames keys by a table."""
import pytest
import torch

from projects.tc_clip.clip.layouts.rename import (join_qkv, read, reshaped,
                                                  set_aside, split_qkv,
                                                  without_tokens, write)

TABLE = (('tower.{i}.{affine}', 'ours.{i}.norm.{affine}'), )
LAYERS = r'blocks\.\d+\.attn'


def test_a_table_renames_in_both_directions():
    x = torch.ones(2)
    assert read({'tower.3.bias': x}, 'toy', TABLE) == {'ours.3.norm.bias': x}
    assert write({'ours.3.norm.bias': x}, 'toy', TABLE) == {'tower.3.bias': x}


def test_the_first_pair_that_fits_counts():
    table = (('a.bias', 'first'), ('a.{affine}', 'second.{affine}'))
    assert [*read({
        'a.bias': 0,
        'a.weight': 0
    }, 'toy', table)] == ['first', 'second.weight']


def test_unknown_keys_are_named():
    state = {'tower.3.bias': 0, 'tower.x.bias': 0, 'tower.3.bias2': 0}
    with pytest.raises(ValueError) as error:
        read(state, 'toy', TABLE)
    assert str(error.value) == (
        'Keys unknown to the toy layout: tower.x.bias, tower.3.bias2')


def test_projections_are_stacked_only_where_asked():
    state = {
        f'{layer}.{x}_proj.weight': torch.randn(2, 3)
        for layer in ('blocks.0.attn', 'decoder.0.attn')
        for x in 'qkv'
    }
    joined = join_qkv(state, LAYERS)
    assert [*joined] == [
        *(f'decoder.0.attn.{x}_proj.weight' for x in 'qkv'),
        'blocks.0.attn.in_proj_weight'
    ]
    assert joined['blocks.0.attn.in_proj_weight'].equal(
        torch.cat([state[f'blocks.0.attn.{x}_proj.weight'] for x in 'qkv']))
    back = split_qkv(joined, LAYERS)
    assert back.keys() == state.keys()
    assert all(back[key].equal(state[key]) for key in state)


def test_tensors_are_set_aside_reshaped_and_left_out():
    tokens = 'cls_head.text_encoder.token_embedding.weight'
    state = {'a.buffer': torch.zeros(1, 2), 'a.weight': 1, tokens: 2}
    assert set_aside(state, r'.*\.buffer')[0].keys() == {'a.weight', tokens}
    assert [*set_aside(state, 'a')[1]] == []
    assert reshaped(state, r'.*\.buffer',
                    lambda x: x[0])['a.buffer'].shape == (2, )
    assert without_tokens(state).keys() == {'a.buffer', 'a.weight'}
