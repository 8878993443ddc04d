"""Trainings that divide the model among two processes, against DDP."""
import json
import sys

import pytest
import torch

from tests.integration.test_tools import TOOLS, accuracy, weights as trained

SHARDED = """
runner_type = 'ShardedRunner'
strategy = dict(
    type='ShardedStrategy',
    activation_checkpointing=dict(check_fn='is_transformer_block'))
"""
COMMON = """
load_from = 'WEIGHTS'
randomness = dict(seed=3)
default_hooks = dict(logger=dict(interval=1))
custom_hooks = [dict(type='TotalBatchSizeHook', total=8)]
"""


@pytest.fixture
def train(config, weights, run, tmp_path):
    """Returns a function that trains in two processes; returns the folder."""

    def train(name, text='', *arguments):
        path = tmp_path / f'{name}.py'
        common = COMMON.replace('WEIGHTS', str(weights))
        path.write_text(f"_base_ = '{config(2)}'\n{common}{text}")
        work = tmp_path / name
        run('bash', TOOLS / 'dist_train.sh', path, 2, '--work-dir', work,
            *arguments)
        return work

    return train


def losses(folder):
    """Returns what the first process logged last: the loss of each batch."""
    log = sorted(folder.glob('*/vis_data/scalars.json'))[-1]
    lines = map(json.loads, log.read_text().splitlines())
    return torch.tensor([line['loss'] for line in lines if 'loss' in line])


def test_losses_and_weights_equal_ddp(train):
    whole, parts = train('whole'), train('parts', SHARDED)
    print(losses(whole), losses(parts))
    torch.testing.assert_close(
        losses(parts), losses(whole), rtol=1e-4, atol=1e-5)
