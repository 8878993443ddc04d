"""Which rate and decay each parameter has."""
import pytest
import torch
from mmengine.optim import build_optim_wrapper
from torch import nn

from projects.tc_clip.engine import parameter_groups
from tests.small import spy


@pytest.fixture
def model():
    model = nn.ModuleDict(
        dict(
            neck=nn.Linear(2, 2),
            head=nn.LayerNorm(2),
            frozen=nn.Linear(2, 2).requires_grad_(False)))
    model.scale = nn.Parameter(torch.ones(()))
    model.positions = nn.Parameter(torch.ones(3, 2))
    return model


def build(model, optimizer='AdamW', **paramwise_cfg):
    return build_optim_wrapper(
        model,
        dict(
            constructor='ParameterGroups',
            optimizer=dict(type=optimizer, lr=2., weight_decay=0.5),
            paramwise_cfg=paramwise_cfg)).optimizer


def rules(model, optimizer):
    """Returns rate and decay of each trained parameter, by name."""
    names = {id(p): name for name, p in model.named_parameters()}
    return {
        names[id(p)]: (group['lr'], group['weight_decay'])
        for group in optimizer.param_groups
        for p in group['params']
    }


def test_rules_add_up(model, monkeypatch):
    logged = spy(monkeypatch, parameter_groups, 'print_log')
    optimizer = build(
        model,
        flat_decay_mult=0.,
        no_decay=['positions'],
        custom_keys={
            'neck': dict(lr_mult=10),
            'neck.weight': dict(lr_mult=5, decay_mult=2)
        })
    assert rules(model, optimizer) == {
        'scale': (2., 0.5),  # no axis: it is decayed
        'positions': (2., 0.),
        'neck.weight': (10., 1.),  # the longest key
        'neck.bias': (20., 0.),
        'head.weight': (2., 0.),
        'head.bias': (2., 0.)
    }
    assert len(optimizer.param_groups) == 4
    assert logged[1] == (
        '3 tensors learn at 1 times the rate, with 0 times the weight decay.',
    )


def test_without_rules_all_parameters_share_a_group(model):
    optimizer = build(model, custom_keys={})
    assert len(optimizer.param_groups) == 1
    assert {*rules(model, optimizer).values()} == {(2., 0.5)}


def test_other_options_are_named(model):
    with pytest.raises(ValueError) as error:
        build(model, norm_decay_mult=0.)
    assert str(error.value) == (
        'paramwise_cfg of ParameterGroups has no norm_decay_mult: it takes '
        'custom_keys, flat_decay_mult, no_decay')


def test_an_unknown_optimiser_is_named(model):
    with pytest.raises(ValueError, match="^There is no optimiser 'Adamw': "):
        build(model, optimizer='Adamw')
