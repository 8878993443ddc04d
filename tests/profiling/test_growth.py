"""What a process holds, and what counts as growth."""
import mmap
import subprocess
import sys
import threading

import pytest

from projects.tc_clip.profiling.growth import (Held, grown, growth_table,
                                               held_after, slope)

pytest.importorskip('psutil', reason='pip install psutil')
READINGS = [
    Held(100, 500., 20, 4, 1),
    Held(200, 501., 25, 4, 1),
    Held(300, 502., 20, 4, 1)
]


def test_all_that_a_process_holds_is_counted(tmp_path):
    before = held_after(1)
    block = mmap.mmap(-1, 64 << 20)  # not from memory that was free before
    block.write(b'1' * len(block))
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    child = subprocess.Popen([sys.executable, '-c', 'input()'],
                             stdin=subprocess.PIPE)
    with open(tmp_path / 'a', 'w'):
        after = held_after(2)
    child.communicate(b'\n')
    done.set()
    thread.join()
    block.close()
    assert (before.steps, after.steps) == (1, 2)
    assert 60 < after.memory - before.memory < 200
    assert after.files - before.files == 2  # the file and the pipe
    assert after.threads - before.threads == 1
    assert after.children - before.children == 1


def test_growth_is_from_the_first_to_the_last_reading():
    assert slope(READINGS) == pytest.approx(10)
    assert grown(READINGS, 2) == []
    assert grown(READINGS, 1) == ['memory grew from 500 to 502']
    last = Held(400, 490., 21, 5, 2)
    assert grown([*READINGS, last], 1) == [
        'files grew from 20 to 21', 'threads grew from 4 to 5',
        'children grew from 1 to 2'
    ]


def test_table():
    lines = growth_table('videos', READINGS).splitlines()
    assert lines[0] == '| videos | memory, MiB | files | threads | children |'
    assert lines[2] == '| 100 | 500 | 20 | 4 | 1 |'
    assert lines[-1] == 'Memory grows by 10.0 MiB in 1000 videos.'
