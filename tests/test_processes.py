"""Work in processes, some of which a file ends or blocks."""
import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import torch

from projects.tc_clip.processes import Failure, in_processes


def work(item):
    """Makes as many parts as the item says, and then what it says."""
    count, what = item
    for i in range(count):
        yield torch.full((3, ), i), np.array([i, os.getpid()])
    if what == 'ends':
        os._exit(3)
    if what == 'blocks':
        time.sleep(60)
    if what == 'raises':
        raise KeyError('two\nlines')
    if what == 'unpicklable':
        yield lambda: None


ITEMS = [(2, ''), (1, 'ends'), (0, ''), (0, 'raises'), (1, 'blocks'),
         (0, 'ends'), (1, 'unpicklable'), (3, '')]


def run(workers, items=ITEMS):
    """Returns each item with the numbers of its parts and its failure."""
    found = {item: [] for item in items}
    for item, part in in_processes(work, items, workers, 3):
        found[item].append(
            part.reason if isinstance(part, Failure) else int(part[0][2]))
    return found


def test_one_item_does_not_end_the_others():
    lost = 'ends the process that reads it, with status 3'
    for workers in (2, 12):
        found = run(workers)
        unpicklable = found.pop((1, 'unpicklable'))
        assert unpicklable[0] == 0 and 'pickle' in unpicklable[1]
        assert found == {
            (2, ''): [0, 1],
            (1, 'ends'): [0, lost],
            (0, ''): [],
            (0, 'raises'): [r"'two\nlines'"],
            (1, 'blocks'): [0, 'takes more than 3 s'],
            (0, 'ends'): [lost],
            (3, ''): [0, 1, 2]
        }
    assert run(2, []) == {}


def test_results_come_in_order_and_no_process_stays():
    items = [(1, ''), (2, ''), (1, 'ends'), (3, ''), (1, '')]
    order = [item for item, _ in in_processes(work, items, 3, 5)]
    assert order == [items[i] for i in (0, 1, 1, 2, 2, 3, 3, 3, 0)]
    before = {*psutil.Process().children()}  # such as a browser of tests
    parts = in_processes(work, items, 3, 5)
    next(parts)
    assert len({*psutil.Process().children()} - before) == 3
    parts.close()
    assert not {*psutil.Process().children()} - before


def test_processes_end_with_a_parent_that_is_killed(tmp_path):
    script = ('from tests.test_processes import ITEMS, in_processes, work\n'
              'import time\n'
              'parts = in_processes(work, ITEMS[:1] * 9, 3, 5)\n'
              'print(next(parts)[1][1][1], flush=True)\n'
              'time.sleep(60)\n')
    parent = subprocess.Popen([sys.executable, '-c', script],
                              stdout=subprocess.PIPE)
    assert int(parent.stdout.readline())
    children = psutil.Process(parent.pid).children()
    assert len(children) == 3
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    gone, alive = psutil.wait_procs(children, timeout=12)
    assert not alive
