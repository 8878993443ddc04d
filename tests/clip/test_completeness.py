"""What a state dict lacks is counted, and the first names are listed."""
import re

import pytest
import torch

from projects.tc_clip.clip.completeness import faults, likely_reason, unused

WANTED = dict(
    a=torch.ones(2), b=torch.ones(3), c=torch.ones(1), d=torch.ones(4, 4))


def test_a_whole_state_dict_has_no_faults():
    given = {key: value.bfloat16() for key, value in WANTED.items()}
    assert faults(given, WANTED) == [] and unused(given, WANTED) == ''
    wanted = dict(WANTED, num_batches_tracked=torch.tensor(0))
    assert faults(given, wanted) == []  # old files have no such counters


def test_missing_weights():
    assert faults(
        {}, WANTED) == ['4 of 4 weights are missing: a, b, c, and 1 more']
    assert faults(dict(WANTED, more=1),
                  dict(WANTED,
                       e=torch.ones(1))) == ['1 of 5 weights are missing: e']


def test_other_shapes_name_both():
    assert faults(dict(WANTED, b=torch.ones(2)),
                  WANTED) == ['1 have another shape: b (2,) instead of (3,)']


@pytest.mark.parametrize('value', [
    torch.tensor([1., float('nan')]),
    torch.tensor([float('inf'), 1.]),
    torch.tensor([1, 2]),
])
def test_values_that_are_no_numbers(value):
    line, = faults(dict(WANTED, a=value), WANTED)
    assert line.startswith('1 hold NaN or infinity') and line.endswith(': a')


def test_objects_that_are_no_tensors():
    assert faults(dict(WANTED, a=[1., 2.]), WANTED) == ['1 are not tensors: a']


def test_unused_weights():
    given = {**WANTED, **{f'x{i}': torch.ones(1) for i in range(5)}}
    assert unused(given, WANTED) == \
        '5 weights are not used: x0, x1, x2, and 2 more'


@pytest.mark.parametrize('given, reason', [
    ({}, 'holds no weights'),
    (dict(model=1, epoch=2), 'Its first names are model, epoch: .*convert_we'),
    (dict(WANTED, d=torch.ones(2, 2)), 'another arch or other options'),
    (dict(a=torch.ones(2)), 'another arch or other options'),
])
def test_likely_reasons(given, reason):
    assert re.search(reason, likely_reason(given, WANTED))


def test_reason_of_positions_for_other_frames():
    wanted = {'backbone.positional_embedding': torch.ones(16, 5, 8)}
    given = {'backbone.positional_embedding': torch.ones(8, 5, 8)}
    assert 'pos_embed' in likely_reason(given, wanted)
