"""The machine that renames keys by a table."""
import pytest
import torch

from projects.tc_clip.clip.layouts.rename import (TableLayout, join_qkv,
                                                  set_aside, split_qkv)

TABLE = (('tower.{i}.{affine}', 'ours.{i}.norm.{affine}'), )
TOY = TableLayout('toy', TABLE)
LAYERS = r'blocks\.\d+\.attn'


def test_a_table_renames_in_both_directions():
    x = torch.ones(2)
    assert TOY.read({'tower.3.bias': x}) == ({'ours.3.norm.bias': x}, {})
    assert TOY.write({'ours.3.norm.bias': x}) == {'tower.3.bias': x}


def test_the_first_pair_that_fits_counts():
    layout = TableLayout('toy', (('a.bias', 'first'),
                                 ('a.{affine}', 'second.{affine}')))
    ours, _ = layout.read({'a.bias': 0, 'a.weight': 0})
    assert [*ours] == ['first', 'second.weight']


def test_unknown_keys_are_named():
    state = {'tower.3.bias': 0, 'tower.x.bias': 0, 'tower.3.bias2': 0}
    with pytest.raises(ValueError) as error:
        TOY.read(state)
    assert str(error.value) == (
        'Keys unknown to the toy layout: tower.x.bias, tower.3.bias2')
    with pytest.raises(ValueError) as error:
        TOY.write({'ours.x.norm.bias': 0})
    assert str(
        error.value) == ('Keys that toy has no place for: ours.x.norm.bias')


def test_what_a_table_cannot_say():
    """Buffers, other shapes, separate projections, keys they do not hold."""
    layout = TableLayout(
        'toy', (('attn.{attention}', 'attn.{attention}'), ('table', 'table'),
                ('matrix', 'matrix')),
        buffers='ids',
        attention='attn',
        unit_axis='table',
        transposed='matrix',
        left_out=('tokens', ))
    theirs = {
        **{
            f'attn.{x}_proj.bias': torch.randn(2)
            for x in 'qkv'
        }, 'table': torch.randn(1, 3, 2),
        'matrix': torch.randn(2, 3),
        'ids': torch.arange(3)
    }
    ours, leftovers = layout.read(theirs)
    assert leftovers == {'ids': theirs['ids']}
    assert ours['table'].equal(theirs['table'][0])
    assert ours['matrix'].equal(theirs['matrix'].T)
    assert ours['attn.in_proj_bias'].shape == (6, )
    back = layout.write({**ours, 'tokens': torch.ones(1)}, leftovers)
    assert back.keys() == theirs.keys()
    assert all(back[key].equal(theirs[key]) for key in theirs)


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


def test_tensors_are_set_aside_by_whole_keys():
    state = {'a.buffer': torch.zeros(1, 2), 'a.weight': 1}
    kept, aside = set_aside(state, r'.*\.buffer')
    assert (kept, [*aside]) == ({'a.weight': 1}, ['a.buffer'])
    assert set_aside(state, 'a')[1] == {}
