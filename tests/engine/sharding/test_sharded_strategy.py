"""Parameter groups, weights and optimiser states of divided models."""
import copy

import pytest
import torch
from mmengine.optim import build_optim_wrapper

from projects.tc_clip.engine.sharding import ShardedStrategy
from projects.tc_clip.engine.sharding.sharded_model import named_weights
from projects.tc_clip.engine.sharding.sharded_strategy import clip_norm
from tests.cpu_fsdp import needs_cpu_fsdp
from tests.small import ARCH, changed, make_model

pytestmark = needs_cpu_fsdp

OPTIMIZER = dict(
    constructor='ParameterGroups',
    optimizer=dict(type='AdamW', lr=0.1, weight_decay=0.5),
    paramwise_cfg=dict(
        flat_decay_mult=0., custom_keys=dict(prompting=dict(lr_mult=10))))


@pytest.fixture
def make_strategy(one_process, tmp_path):
    """Prepares a strategy for a small model."""

    def make_strategy(seed=0, optim_wrapper=OPTIMIZER, **options):
        strategy = ShardedStrategy(
            work_dir=str(tmp_path),
            experiment_name='test',
            env_kwargs=dict(randomness=dict(seed=0)),
            activation_checkpointing=True)
        strategy.prepare(
            make_model(seed, **options),
            optim_wrapper=copy.deepcopy(optim_wrapper))
        return strategy

    return make_strategy


def train_a_step(strategy):
    """Sets a gradient of 1 everywhere, and updates the weights."""
    for p in strategy.model.parameters():
        if p.requires_grad:
            p.grad = torch.ones_like(p)
    strategy.optim_wrapper.step()


def settings(optimizer, weights):
    """Returns rate and decay of each parameter, by its name."""
    name_of = {id(p): name for name, p in weights.items()}
    return {
        name_of[id(p)]: (group['lr'], group['weight_decay'])
        for group in optimizer.param_groups
        for p in group['params']
    }


def test_groups_are_those_of_the_whole_model(make_strategy):
    """In the wrapped model, weights may have one axis and other names."""
    whole = make_model(trainable=['backbone', 'cls_head.prompting'])
    expected = settings(
        build_optim_wrapper(whole, copy.deepcopy(OPTIMIZER)).optimizer,
        dict(whole.named_parameters()))
    strategy = make_strategy(trainable=['backbone', 'cls_head.prompting'])
    assert settings(strategy.optim_wrapper.optimizer,
                    named_weights(strategy.model)) == expected
    assert {*expected.values()} == {(.1, .5), (.1, 0), (1, .5), (1, 0)}


def test_weights_and_states_go_through_a_checkpoint(make_strategy, tmp_path):
    strategy = make_strategy(seed=0)
    train_a_step(strategy)
    path = str(tmp_path / 'c.pth')
    strategy.save_checkpoint(path)
    saved = torch.load(path)
    whole = make_model(seed=5)
    whole.load_state_dict(saved['state_dict'])
    other = make_strategy(seed=9)
    other.load_optim_state_dict(other.load_checkpoint(path)['optimizer'])
    weights = named_weights(other.model)
    for name, p in whole.named_parameters():
        torch.testing.assert_close(
            weights[name].flatten(), p.flatten(), rtol=0, atol=0)
    for one in (strategy, other):
        train_a_step(one)
    for name, p in named_weights(strategy.model).items():
        assert weights[name].equal(p)


def test_states_of_an_undivided_run_load(make_strategy):
    """Its optimiser numbers parameters, in the order of the groups."""
    whole = make_model()
    wrapper = build_optim_wrapper(whole, copy.deepcopy(OPTIMIZER))
    for number, p in enumerate(whole.parameters()):
        p.grad = torch.full_like(p, number)
    wrapper.step()
    strategy = make_strategy()
    strategy.load_optim_state_dict(wrapper.state_dict())
    weights = named_weights(strategy.model)
    for name, p in whole.named_parameters():
        if p.grad is None or not p.requires_grad:
            continue
        state = strategy.optim_wrapper.optimizer.state[weights[name]]
        mean = wrapper.optimizer.state[p]['exp_avg']
        assert state['exp_avg'].flatten().equal(mean.flatten())


def test_states_of_other_groups_are_refused(make_strategy):
    state = make_strategy(trainable=['backbone']).optim_state_dict()
    with pytest.raises(ValueError, match='other parameter groups'):
        make_strategy().load_optim_state_dict(state)


def test_weights_of_another_model_are_refused(make_strategy):
    other = make_model(
        backbone=dict(arch=changed(ARCH, vision=dict(layers=2))))
    strategy = make_strategy()
    with pytest.raises(ValueError, match='does not fit TCCLIPRecognizer'):
        strategy.load_model_state_dict(other.state_dict())


def test_partial_weights_leave_the_others(make_strategy):
    strategy = make_strategy(seed=0, partial_weights=True)
    before = make_model(seed=0).state_dict()
    given = make_model(seed=1).state_dict()
    name = 'backbone.proj'
    given.pop(name)
    strategy.load_model_state_dict(dict(given))
    after = strategy.model_state_dict()
    assert after[name].equal(before[name])
    assert all(after[key].equal(value) for key, value in given.items())


def test_the_norm_of_all_gradients_is_limited(make_strategy):
    strategy = make_strategy(
        optim_wrapper=dict(OPTIMIZER, clip_grad=dict(max_norm=1.)))
    wrapper = strategy.optim_wrapper
    assert wrapper.clip_func.func is clip_norm
    train_a_step(strategy)
    grads = [p.grad for p in strategy.model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    torch.testing.assert_close(norm.item(), 1., rtol=1e-4, atol=0)
