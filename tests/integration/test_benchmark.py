"""tools/benchmark.py against the textbook version, and its arithmetic."""
import re
import sys

import pytest

from tests.small import ROOT

ROWS = dict(
    inference=('views, ours', 'views, naive', 'selecting and merging',
               'text and prompting', 'ours / naive, vision'),
    training=('step, ours', 'step, naive'))


def read_rows(printed):
    """Returns the figure and the note of every row, by name."""
    rows = re.findall(r'^ *(\S.*?) +(\d+\.\d{3}) ?(.*)$', printed, re.M)
    return {name: (float(value), note) for name, value, note in rows}


@pytest.mark.slow
@pytest.mark.parametrize('part', ROWS)
def test_benchmark_against_the_textbook_version(config, run, part):
    printed = run(sys.executable, ROOT / 'tools/benchmark.py', config(),
                  '--against', 'naive', '--runs', '1', '--classes', '7',
                  '--only', part, '--cfg-options',
                  'model.cls_head.class_chunk=3')
    assert '7 classes' in printed
    rows = read_rows(printed)
    assert {
        'floor of its products', 'peak memory above the model, ours',
        'ours / naive, time', 'ours / naive, memory', *ROWS[part]
    } <= {*rows}
    rounding = 0.0005
    for name in ROWS[part][:2]:
        spent, note = rows[name]
        if part == 'inference' and name.startswith('views'):
            rate = float(re.search(r'([\d.]+) views/s', note)[1])
            assert 1 / rate == pytest.approx(spent, rel=0.01, abs=rounding)
    # with one run the ratio is that of the two times
    ours, naive = (rows[name][0] for name in ROWS[part][:2])
    low = (ours - rounding) / (naive + rounding)
    high = (ours + rounding) / (naive - rounding)
    assert low - rounding <= rows['ours / naive, time'][0] <= high + rounding
