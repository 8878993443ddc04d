"""Measures the systems of tools/benchmark.py --zoo."""
import argparse
import sys
from typing import List, Tuple

import torch
from _benches import bench_options, load_config, peak_of

from projects.tc_clip.files import write_text
from projects.tc_clip.profiling import zoo, zoo_plot
from projects.tc_clip.profiling.bench import Bench


def zoo_bench(args: argparse.Namespace,
              config: str) -> Tuple[Bench, List[str]]:
    """Builds a system of the zoo, see :func:`zoo.build`."""
    print(f'== {config}', file=sys.stderr, flush=True)
    try:
        return zoo.build(load_config(args, config), **bench_options(args))
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f'error: {config}: {error}') from error


def what_is_measured(args: argparse.Namespace, classes: int) -> str:
    """Returns the text below the table of the zoo: what its figures mean."""
    return (
        'Random weights and clips. Parameters are those of a checkpoint, the '
        'token embedding included. GFLOPs (a multiply-add counts as two) are '
        'for a view, of the vision tower and neck. Views/s are whole views, '
        f'scored with stored class texts, {args.views} at once, {classes} '
        'classes. Memory is the peak of a training step above the model, with '
        f"gradients and AdamW's state, {args.train_batch} videos, each in a "
        "separate process; what hooks add, such as Open-VCLIP's second "
        f'gradient, is not in it. Measured on {args.device} in {args.dtype}, '
        f'{torch.get_num_threads()} threads, torch {torch.__version__}.')


def measure_zoo(args: argparse.Namespace) -> None:
    """Measures the systems of the zoo, and writes the table and the plot."""
    try:
        systems = zoo.entries(args.zoo)
    except FileNotFoundError as error:
        raise SystemExit(f'error: {error}') from error
    files = {entry.name: str(entry.config) for entry in systems}
    built = {name: zoo_bench(args, file) for name, file in files.items()}
    classes = next(iter(built.values()))[0].head.num_classes
    costs = zoo.measure({
        name: bench
        for name, (bench, _) in built.items()
    }, args.runs)
    stand_ins = {name: replaced for name, (_, replaced) in built.items()}
    del built  # free its memory for the measurement of peaks
    # in case that a system needs more memory than there is
    print(zoo.as_markdown(systems, costs, ['== Memory']), file=sys.stderr)
    costs = zoo.with_memory(costs, lambda name: peak_of('zoo', files[name]))
    page = zoo.as_markdown(systems, costs, [
        what_is_measured(args, classes), *zoo.notes(systems, costs, stand_ins)
    ])
    print(page)
    if args.out:
        write_text(args.out / 'zoo.md', page)
        zoo_plot.plot(systems, costs, args.out / 'zoo.png')
