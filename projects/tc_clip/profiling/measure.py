"""Measures times, peak memory and multiply-adds of calls."""
import statistics
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence

import torch
from torch.utils.flop_counter import (FlopCounterMode,
                                      sdpa_backward_flop_count,
                                      sdpa_flop_count)

Call = Callable[[], object]


def _attention_flops(query: Sequence[int], key: Sequence[int],
                     value: Sequence[int], *_: Any, **__: Any) -> int:
    """Counts one attention from the shapes of its inputs."""
    return sdpa_flop_count(query, key, value)


def _attention_backward_flops(grad: Sequence[int], query: Sequence[int],
                              key: Sequence[int], value: Sequence[int], *_:
                              Any, **__: Any) -> int:
    """Counts the gradient of one attention from the shapes of its inputs."""
    return sdpa_backward_flop_count(grad, query, key, value)


# torch counts attention kernels only for CUDA, and 2.1 has none for CPUs.
_ATEN, _KERNEL = torch.ops.aten, '_scaled_dot_product_flash_attention_for_cpu'
_CPU_ATTENTION = {
    getattr(_ATEN, name): count
    for name, count in ((_KERNEL, _attention_flops),
                        (f'{_KERNEL}_backward', _attention_backward_flops))
    if hasattr(_ATEN, name)
}


def seconds(call: Call, device: torch.device) -> float:
    """Times one call, until its work on the device is done."""
    if device.type == 'cuda':
        torch.cuda.synchronize(device)
    start = time.perf_counter()
    call()
    if device.type == 'cuda':
        torch.cuda.synchronize(device)
    return time.perf_counter() - start


def processor_seconds(call: Call) -> float:
    """Times one call in seconds of processor time, over all threads."""
    start = time.process_time()
    call()
    return time.process_time() - start


def interleaved(calls: Dict[str, Call], runs: int,
                clock: Callable[[Call], float]) -> Dict[str, List[float]]:
    """Times calls in turn, so that changes of the machine's speed affect all.

    Args:
        calls: calls by name; each runs once more before it counts.
        runs: rounds that count.
        clock: makes a call and returns its seconds, such as
            :func:`processor_seconds`.

    Returns:
        Seconds of every run, by name.
    """
    times: Dict[str, List[float]] = {name: [] for name in calls}
    for i in range(runs + 1):
        for name, call in calls.items():
            spent = clock(call)
            if i:
                times[name].append(spent)
    return times


def median_ratio(times: List[float], others: List[float]) -> float:
    """Returns the median ratio of runs in the same round."""
    return statistics.median(a / b for a, b in zip(times, others))


def tower_product(rows: int, width: int, device: torch.device,
                  dtype: torch.dtype) -> Call:
    """Returns a matrix product with the shapes of a tower.

    Args:
        rows: tokens that a layer processes at once.
        width: width D of the tower; the product is that of its MLP.
        device: device to compute on.
        dtype: precision to compute in.
    """
    x = torch.rand(rows, width, device=device, dtype=dtype)
    weight = torch.rand(width, 4 * width, device=device, dtype=dtype)
    return lambda: x @ weight


def multiply_adds(call: Call) -> float:
    """Counts the multiply-adds of a call's matrix products."""
    with FlopCounterMode(
            display=False, custom_mapping=_CPU_ATTENTION) as counter:
        call()
    return counter.get_total_flops() / 2


def _status_bytes(name: str) -> int:
    """Returns a memory value of this process, such as VmRSS, from Linux."""
    lines = Path('/proc/self/status').read_text().splitlines()
    line, = (line for line in lines if line.startswith(f'{name}:'))
    return int(line.split()[1]) * 1024


def peak_memory(call: Call, device: torch.device) -> float:
    """Returns the peak memory of a call in bytes, above the memory before it.

    On a CPU this is the memory of the process as Linux counts it. It may be
    too low if earlier calls have released memory that the call uses again.

    Args:
        call: the call, which is made once.
        device: device that it computes on.
    """
    if device.type == 'cuda':
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        call()
        return torch.cuda.max_memory_allocated(device) - before
    Path('/proc/self/clear_refs').write_text('5')  # forgets earlier peaks
    before = _status_bytes('VmRSS')
    call()
    return _status_bytes('VmHWM') - before
