"""The benchmark runs through, and its helpers count what they should."""
import re
import sys

import pytest
import torch

from projects.tc_clip.profiling import measure
from tests.small import ROOT


def test_multiply_adds_of_a_product():
    x, y = torch.rand(3, 5), torch.rand(5, 7)
    assert measure.multiply_adds(lambda: x @ y) == 3 * 5 * 7


def test_multiply_adds_of_attention_and_its_gradient():
    query, key = torch.rand(2, 3, 50, 16), torch.rand(2, 3, 70, 16)
    query.requires_grad_()

    def attend():
        return torch.nn.functional.scaled_dot_product_attention(
            query, key, key)

    forward = 2 * 2 * 3 * 50 * 70 * 16
    assert measure.multiply_adds(attend) == forward
    # logits again, and two products for each of the two of the forward pass
    assert measure.multiply_adds(
        lambda: attend().sum().backward()) == 3.5 * forward


def test_calls_take_turns_and_the_first_round_does_not_count():
    order = []
    times = measure.interleaved(
        dict(a=lambda: order.append('a'), b=lambda: order.append('b')), 2,
        measure.processor_seconds)
    assert ''.join(order) == 'ababab'
    assert [len(times['a']), len(times['b'])] == [2, 2]


def test_ratio_is_taken_pair_by_pair():
    assert measure.median_ratio([1, 9, 2], [2, 3, 4]) == 0.5


ROWS = dict(
    inference=('views, ours', 'views, naive', 'selecting and merging',
               'text and prompting', 'ours / naive, vision'),
    training=('step, ours', 'step, naive'))


@pytest.mark.slow
@pytest.mark.parametrize('part', ROWS)
def test_benchmark_against_the_textbook_version(config, run, part):
    printed = run(sys.executable, ROOT / 'tools/benchmark.py', config(),
                  '--against', 'naive', '--runs', '1', '--classes', '7',
                  '--only', part, '--cfg-options',
                  'model.cls_head.class_chunk=3')
    assert '7 classes' in printed
    for row in ('floor of its products', 'peak memory above the model, ours',
                'ours / naive, time', 'ours / naive, memory') + ROWS[part]:
        values = re.findall(rf'^ *{row} +([\d.]+) ', printed, re.M)
        assert values and all(float(value) >= 0 for value in values), row
