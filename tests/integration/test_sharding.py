"""Trainings that divide the model among two processes, against DDP."""
import json
import sys

import pytest
import torch
from mmengine.config import Config
from mmengine.fileio import load

from projects.tc_clip.apis import TCCLIPInferencer
from tests.cpu_fsdp import needs_cpu_fsdp
from tests.integration.test_tools import TOOLS, accuracy
from tests.small import CONFIGS

pytestmark = needs_cpu_fsdp

# Two batches of two processes x two videos are an optimiser step.
COMMON = """
randomness = dict(seed=3)
default_hooks = dict(logger=dict(interval=1))
custom_hooks = [dict(type='TotalBatchSizeHook', total=8)]
"""
SHARDED = """
runner_type = 'ShardedRunner'
strategy = dict(type='ShardedStrategy', activation_checkpointing=True)
"""
# Frozen and trained weights in one block, rates by name, and a limit of
# gradients that every step exceeds.
RULES = """
model = dict(trainable=[
    'backbone.transformer.resblocks.*attn', 'cls_head.prompt_vectors',
    'backbone.*local_global_bias', 'cls_head.logit_scale'])
optim_wrapper = dict(
    constructor='ParameterGroups',
    optimizer=dict(_delete_=True, type='SGD', lr=0.5, weight_decay=0.01),
    clip_grad=dict(max_norm=0.1),
    paramwise_cfg=dict(
        _delete_=True, flat_decay_mult=0.,
        custom_keys=dict(out_proj=dict(lr_mult=10))))
"""


@pytest.fixture
def train(config, weights, run, tmp_path):
    """Returns a function that trains in two processes.

    It takes a name, text of the config and arguments of train.py, and returns
    the config and its work dir.
    """

    def train(name, text='', *arguments):
        path, work = tmp_path / f'{name}.py', tmp_path / name
        path.write_text(f"_base_ = '{config(2)}'\n{COMMON}{text}")
        arguments = arguments or ('--cfg-options', f'load_from={weights}')
        run('bash', TOOLS / 'dist_train.sh', path, 2, '--work-dir', work,
            *arguments)
        return path, work

    return train


def losses(folder):
    """Returns what the first process logged last: the loss of each batch."""
    log = sorted(folder.glob('*/vis_data/scalars.json'))[-1]
    lines = map(json.loads, log.read_text().splitlines())
    return torch.tensor([line['loss'] for line in lines if 'loss' in line])


def trained(folder):
    """Returns the state dict that a training saved at its end."""
    return torch.load(folder / 'epoch_2.pth')['state_dict']


def assert_same_training(folder, expected):
    """Asserts that losses and weights are those of DDP, up to rounding.

    Gradients of the biases of keys are 0 but for rounding. AdamW moves even
    those by the learning rate, so weights may differ a little more.
    """
    torch.testing.assert_close(
        losses(folder), losses(expected), rtol=0, atol=1e-5)
    ours, theirs = trained(folder), trained(expected)
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        torch.testing.assert_close(
            ours[name], value, rtol=0, atol=2e-4, msg=lambda m, n=name: n + m)


def test_losses_equal_ddp_and_one_process_tests(train, run, tmp_path,
                                                own_video):
    _, whole = train('whole')
    config, parts = train('parts', SHARDED)
    assert len(losses(whole)) == 8
    assert_same_training(parts, whole)
    checkpoint, dump = parts / 'epoch_2.pth', tmp_path / 'scores.pkl'
    printed = run(sys.executable, TOOLS / 'test.py', config, checkpoint,
                  '--dump', dump)
    validated = next(parts.glob('*/*.log')).read_text()
    assert accuracy(printed) == accuracy(validated)
    scores = torch.stack([sample['pred_score'] for sample in load(dump)])
    run(sys.executable, TOOLS / 'test.py', config, whole / 'epoch_2.pth',
        '--dump', dump)
    theirs = torch.stack([sample['pred_score'] for sample in load(dump)])
    torch.testing.assert_close(scores, theirs, rtol=0, atol=1e-4)
    found = TCCLIPInferencer(str(config), str(checkpoint)).predict([own_video])
    assert {guess.label for guess in found[0].guesses} == {*'abcd'}


@pytest.mark.slow
def test_resuming_continues_bit_by_bit(train, tmp_path):
    """Also a training that was divided before, or will be after."""
    _, parts = train('parts', SHARDED)
    _, whole = train('whole')
    for name, start, text in [('parts_parts', parts, SHARDED),
                              ('whole_parts', whole, SHARDED),
                              ('parts_whole', parts, '')]:
        (tmp_path / name).mkdir()
        first = tmp_path / name / 'epoch_1.pth'
        first.write_bytes((start / 'epoch_1.pth').read_bytes())
        (tmp_path / name / 'last_checkpoint').write_text(str(first))
        _, resumed = train(name, text, '--resume')
        torch.testing.assert_close(
            losses(resumed), losses(start)[4:], rtol=0, atol=1e-5)
        if name == 'parts_parts':
            expected = trained(parts)
            assert all(
                value.equal(expected[key])
                for key, value in trained(resumed).items())


@pytest.mark.slow
def test_frozen_weights_rates_and_limits_equal_ddp(train, weights):
    _, whole = train('whole', RULES)
    _, parts = train('parts', RULES + SHARDED)
    assert_same_training(parts, whole)
    before, after = torch.load(weights)['state_dict'], trained(parts)
    moved = {
        name
        for name, value in before.items() if not value.equal(after[name])
    }
    assert {name.split('.')[-1]
            for name in moved} == {
                'in_proj_weight', 'in_proj_bias', 'weight', 'bias',
                'prompt_vectors', 'local_global_bias', 'logit_scale'
            }
    assert not any('mlp' in name or 'text_encoder' in name for name in moved)


@pytest.mark.slow
def test_units_may_be_gathered_in_half_precision(train):
    _, whole = train('whole')
    _, parts = train(
        'parts', f"{SHARDED}\nstrategy['model_wrapper'] = dict("
        "mixed_precision=dict(param_dtype='bfloat16', "
        "reduce_dtype='float32'))")
    torch.testing.assert_close(
        losses(parts), losses(whole), rtol=0.02, atol=0.02)


def test_the_config_differs_in_runner_and_strategy_only():
    base = Config.fromfile(CONFIGS / 'tcclip_vit-l14-336_k400.py')
    config = Config.fromfile(CONFIGS / 'tcclip_vit-l14-336_k400_fsdp.py')
    added = {key: config.pop(key) for key in ('runner_type', 'strategy')}
    assert config.to_dict() == base.to_dict()
    assert added['runner_type'] == 'ShardedRunner'
