"""tools/make_demo_data.py: its options, and what it says."""
from pathlib import Path

import make_demo_data
import pytest


def test_command_line(capsys):
    args = make_demo_data.parse_args(['demo', '--val', '3'])
    assert vars(args) == dict(
        out=Path('demo'), train=400, val=3, frames=16, size=64, seed=0)
    with pytest.raises(SystemExit):
        make_demo_data.parse_args(['demo', '--size', '8'])
    assert '--size must be 32 or more' in capsys.readouterr().err


def test_a_data_set_is_made_once(run_tool, tmp_path):
    make, out = run_tool('make_demo_data'), tmp_path / 'demo'
    options = '--train', 1, '--val', 1, '--frames', 8, '--size', 32
    assert make(out, *options).out.endswith(f'{out}: complete\n')
    assert len([*(out / 'videos').iterdir()]) == 8
    assert make(out,
                *options).out == (f'{out}: there already, nothing to do\n')
