"""tools/extract_features.py in several processes that share the videos."""
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import TINY_CLASSES
from tests.small import ROOT
from tests.tools.feature_runs import NAMES
from tests.tools.test_extract_features import names_in


def same_files(one, other):
    """Compares the features in two folders, number by number."""
    assert names_in(one) == names_in(other)
    for name in names_in(one):
        with np.load(f'{one}/{name}.npz') as a, np.load(
                f'{other}/{name}.npz') as b:
            assert a.files == b.files
            for key in a:
                np.testing.assert_array_equal(a[key], b[key])


def test_three_shards_give_the_files_of_one_process(extract, videos,
                                                    monkeypatch):
    (videos / 'a/broken.mp4').write_bytes(b'no video')
    (videos / 'b/empty.mp4').write_bytes(b'')
    extract(videos, '--out', 'one')
    extract(videos, '--out', 'all', '--shard', '0/3')
    monkeypatch.setenv('RANK', '1')
    monkeypatch.setenv('WORLD_SIZE', '3')
    assert 'all (shard 1 of 3): 1 videos' in extract(videos, '--out',
                                                     'all').out
    assert names_in('all') == [NAMES[0], NAMES[2]]
    extract(videos, '--out', 'all', '--shard', '2/3')
    same_files('one', 'all')
    failed = sorted(''.join(f.read_text()
                            for f in Path('all').glob('failed*')).splitlines())
    assert failed == Path('one/failed.txt').read_text().splitlines()
    assert extract(videos, '--out', 'all', '--check').out.endswith(
        'all: 3 videos have features, 2 failed, 0 are left\n')
    monkeypatch.undo()


def test_what_is_left_is_listed(extract, videos, capsys):
    extract(videos, '--out', 'out', '--shard', '1/2')
    with pytest.raises(SystemExit, match='1'):
        extract(videos, '--out', 'out', '--check')
    assert capsys.readouterr().out.splitlines()[-3:] == [
        f'neither features nor a failure: {NAMES[0]}',
        f'neither features nor a failure: {NAMES[2]}',
        'out: 1 videos have features, 0 failed, 2 are left'
    ]
    Path(f'out/{NAMES[1]}.npz').write_bytes(b'PK damaged')
    extract(videos, '--out', 'out', '--shard', '0/2')
    with pytest.raises(SystemExit, match='1'):
        extract(videos, '--out', 'out', '--check')
    assert (f'damaged: out/{NAMES[1]}.npz: remove it, and run again'
            in capsys.readouterr().out)


def test_more_shards_than_videos(extract, videos):
    out = extract(videos, '--out', 'out', '--shard', '3/4').out
    assert 'out (shard 3 of 4): 0 videos added, 0 were there, 0 failed' in out
    (videos / NAMES[0]).write_bytes(b'no video')
    out = extract(videos, '--out', 'out', '--shard', '0/4').out
    assert '0 videos added, 0 were there, 1 failed' in out


def test_wrong_shards_are_errors(extract, videos, capsys):
    with pytest.raises(SystemExit):
        extract(videos, '--out', 'out', '--shard', '3/3')
    assert "'3/3' is not a shard: write I/N" in capsys.readouterr().err


@pytest.mark.slow
def test_a_killed_shard_is_made_up(extract, videos, tiny_checkpoint, tmp_path):
    good = (videos / NAMES[0]).read_bytes()
    for i in range(60):
        (videos / f'{i}.mp4').write_bytes(good)
    extract(videos, '--out', 'one')

    def start(shard):
        tool = ROOT / 'tools/extract_features.py'
        return subprocess.Popen(
            [sys.executable, tool, videos, '--out', 'all', '--shard', shard] +
            ['--config', tmp_path / 'tiny.py'] +
            ['--checkpoint', tiny_checkpoint, '--device', 'cpu'],
            env=dict(os.environ, PYTHONPATH=str(ROOT)))

    shards = [start(f'{i}/3') for i in range(3)]
    while len(names_in('all')) < 5:
        time.sleep(.05)
    shards[1].send_signal(signal.SIGKILL)
    assert [p.wait() for p in shards] == [0, -signal.SIGKILL, 0]
    with pytest.raises(SystemExit, match='1'):
        extract(videos, '--out', 'all', '--check')
    assert start('1/3').wait() == 0
    same_files('one', 'all')
    assert not [*Path('all').rglob('.*.tmp')]
    assert len(TINY_CLASSES) == len(np.load(f'all/{NAMES[0]}.npz')['logits'])
