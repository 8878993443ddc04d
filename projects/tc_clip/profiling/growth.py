"""Watches what a long run of this process holds: memory, files, processes."""
import gc
from typing import Any, List, NamedTuple, Sequence

import numpy as np


class Held(NamedTuple):
    """What a process holds after some steps.

    Attributes:
        steps: steps so far.
        memory: resident memory in MiB.
        files: open files, sockets and pipes.
        threads: threads of the process.
        children: processes that it started, and theirs.
    """
    steps: int
    memory: float
    files: int
    threads: int
    children: int


def held_after(steps: int) -> Held:
    """Reads what this process holds, after a collection of garbage.

    Args:
        steps: steps so far.

    Raises:
        ImportError: psutil is not installed.
    """
    import psutil
    gc.collect()
    process: Any = psutil.Process()
    return Held(steps,
                process.memory_info().rss / 2**20, process.num_fds(),
                process.num_threads(), len(process.children(recursive=True)))


def slope(readings: Sequence[Held]) -> float:
    """Returns the MiB that a line through all readings gains in 1000 steps.

    Args:
        readings: at least two.
    """
    steps, memory = [r.steps for r in readings], [r.memory for r in readings]
    return float(np.polyfit(steps, memory, 1)[0] * 1000)


def grown(readings: Sequence[Held], allowed: float) -> List[str]:
    """Names what grew between the first and the last reading.

    Args:
        readings: the first one after the caches are full.
        allowed: MiB that the memory may grow; an allocator does not return
            all that is free.

    Returns:
        What grew, with its two values; empty if nothing did.
    """
    first, last = readings[0], readings[-1]
    limits = dict(memory=allowed, files=0, threads=0, children=0)
    return [
        f'{name} grew from {getattr(first, name):.0f} to '
        f'{getattr(last, name):.0f}' for name, limit in limits.items()
        if getattr(last, name) > getattr(first, name) + limit
    ]


def growth_table(name: str, readings: Sequence[Held]) -> str:
    """Returns the readings as a table in Markdown.

    Args:
        name: what a step is.
        readings: at least two.
    """
    rows = [
        f'| {r.steps} | {r.memory:.0f} | {r.files} | {r.threads} | '
        f'{r.children} |' for r in readings
    ]
    return '\n'.join([
        f'| {name} | memory, MiB | files | threads | children |',
        '| --- | --- | --- | --- | --- |', *rows, '',
        f'Memory grows by {slope(readings):.1f} MiB in 1000 {name}.'
    ])
