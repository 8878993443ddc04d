"""tools/soak.py: a process that reads and trains does not grow."""
import subprocess
import sys

import pytest
import soak

from projects.tc_clip.profiling.growth import Held
from tests.small import ROOT, table_cells

pytest.importorskip('psutil', reason='pip install psutil')


def test_command_line(capsys):
    assert vars(soak.parse_args([])) == dict(
        videos=2000, steps=500, allowed=32)
    with pytest.raises(SystemExit):
        soak.parse_args(['--steps', '4'])
    assert '--videos and --steps must be 5 or more' in capsys.readouterr().err


def test_growth_is_an_error(run_tool, monkeypatch):
    flat, grown = ([Held(i, 100. + i * step, 9, 1, 0) for i in (10, 20)]
                   for step in (0, 9))
    monkeypatch.setattr(soak, 'watch_reading', lambda *_: flat)
    monkeypatch.setattr(soak, 'watch_training', lambda *_: flat)
    assert table_cells(run_tool('soak')().out)[2][:2] == ['10', '100']
    monkeypatch.setattr(soak, 'watch_training', lambda *_: grown)
    with pytest.raises(SystemExit, match='^steps: memory grew from 190 to 28'):
        run_tool('soak')()


@pytest.mark.slow
def test_reading_and_training_do_not_grow(tmp_path):
    """In another process, whose memory is not that of other tests."""
    pytest.importorskip('av', reason='PyAV makes the videos: pip install av')
    done = subprocess.run([
        sys.executable, ROOT / 'tools/soak.py', '--videos', '250', '--steps',
        '50'
    ],
                          cwd=tmp_path,
                          capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [row for row in table_cells(done.stdout) if row[0].isdecimal()]
    assert [row[0] for row in rows
            ] == [*map(str, range(50, 251, 50)), *map(str, range(10, 51, 10))]
    assert len({row[4] for row in rows[5:]}) == 1  # loader workers
