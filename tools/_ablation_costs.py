"""Measures the costs of the rows of an ablation table, on random clips."""
import json
import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Dict, NamedTuple, Optional, Sequence

import torch
from _ablation_runs import TOOLS, failure, load_config

from projects.tc_clip.profiling.bench import Bench, without_gradient
from projects.tc_clip.profiling.measure import interleaved, seconds

VIEWS = 4  # encoded at once
RUNS = 9


class Cost(NamedTuple):
    """The costs of a row.

    Attributes:
        parameters: values of the model's parameters.
        trained: those of them that are trained.
        gflops: operations of the vision tower and neck for a view, in units of
            1e9; a multiply-add counts as two.
        views_per_second: views that both encode in a second.
        memory: peak bytes of a training step above the model; None for a model
            that is not trained.
        batch: videos of that step.
        dtype: precision of that step; views are encoded in float32.
    """
    parameters: int
    trained: int
    gflops: float
    views_per_second: float
    memory: Optional[float]
    batch: int
    dtype: str


def device() -> str:
    """Returns the device on which costs are measured."""
    return 'cuda' if torch.cuda.is_available() else 'cpu'


def build(config: Path, options: Sequence[str]) -> Bench:
    """Returns a row's model with random weights and clips."""
    bench = Bench(load_config(config, options), device(), views=VIEWS)
    bench.model.eval()
    return bench


def step_memory(config: Path, options: Sequence[str], frames: int, batch: int,
                dtype: str) -> float:
    """Returns the peak bytes of a training step, in another process.

    Args:
        config: file of the row.
        options: changes of the config, ``'key=value'`` each.
        frames: frames of a video.
        batch: videos of the step.
        dtype: precision, a name in torch.

    Raises:
        SystemExit: the step failed.
    """
    command = [
        sys.executable,
        str(TOOLS / 'benchmark.py'),
        str(config), '--peak', 'step', 'ours', '--device',
        device(), '--dtype', dtype, '--train-frames',
        str(frames), '--train-batch',
        str(batch)
    ]
    if options:
        command += ['--cfg-options', *options]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise failure(command, done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def measure(rows: Dict[str, Path], options: Sequence[str]) -> Dict[str, Cost]:
    """Measures rows; their vision towers take turns.

    Args:
        rows: configs, by row.
        options: changes of the configs, ``'key=value'`` each.
    """
    benches = {name: build(path, options) for name, path in rows.items()}
    calls = {
        name: without_gradient(bench.video_features)
        for name, bench in benches.items()
    }
    times = interleaved(calls, RUNS,
                        partial(seconds, device=torch.device(device())))
    costs = {}
    for name, bench in benches.items():
        config = load_config(rows[name], options)
        batch = config.train_dataloader.batch_size
        dtype = config.optim_wrapper.get('dtype', 'float32')
        memory = step_memory(rows[name], options, bench.frames, batch,
                             dtype) if bench.trained else None
        costs[name] = Cost(bench.parameters, bench.trained,
                           2e-9 * bench.multiply_adds(calls[name]) / VIEWS,
                           VIEWS / statistics.median(times[name]), memory,
                           batch, dtype)
    return costs
