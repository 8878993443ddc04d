"""Measures speed and memory of a config, on random weights and clips.

    python tools/benchmark.py configs/tcclip_k400.py --against naive

Beside the times stand their floors: what the matrix products alone take at
the rate that this machine reaches at the tower's shapes. `--against naive`
runs the textbook version of tests/reference in turn with ours, and prints the
ratios. Reading is measured with the config's pipelines, on videos of ten
seconds that are made for it or on yours (`--videos`).
"""
import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Dict, List

import torch
from _bench_model import Bench, without_gradient
from _decoding import decoding as read_costs
from _measure import Call, interleaved, median_ratio, peak_memory, seconds
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('config', nargs='?', default=str(ROOT / 'configs/tcclip_k400.py'))
    add('--against', choices=['naive'])
    add('--only', choices=['inference', 'training', 'decoding'])
    add('--device', default='cpu')
    add('--dtype',
        default='float32',
        choices=['float32', 'bfloat16', 'float16'])
    add('--compile', action='store_true', help='compile the vision tower')
    add('--runs', type=int, default=3, help='runs that count, after one')
    add('--views', type=int, default=1, help='views scored at once')
    add('--classes',
        type=int,
        help="as many classes, named after the config's")
    add('--train-frames', type=int, default=8, help='frames when training')
    add('--train-batch', type=int, default=2, help='videos when training')
    add('--videos', nargs='+', type=Path, help='videos to read, not our own')
    add('--cfg-options', nargs='+', action=DictAction)
    add('--peak', nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def show(name: str, value: float, unit: str, note: str = '') -> None:
    """Prints a row."""
    print(f'{name:<40}{value:10.3f} {unit:<4}{note}', flush=True)


def show_ratio(name: str, times: Dict[str, List[float]], ours: str,
               naive: str) -> None:
    """Prints the ratio of two interleaved calls."""
    show(f'ours / naive, {name}', median_ratio(times[ours], times[naive]), '')


def show_floor(bench: Bench, call: Call, spent: float, rate: float) -> None:
    """Prints what a call's matrix products take at a rate of them."""
    floor = bench.multiply_adds(call) / rate
    show('    floor of its products', floor, 's',
         f'{spent / floor:.2f}x, {rate * 2e-9:.0f} GFLOP/s')


def peak_of(call: str, name: str) -> float:
    """Returns the peak memory of a call, made in a process of its own."""
    done = subprocess.run([sys.executable, *sys.argv, '--peak', call, name],
                          stdout=subprocess.PIPE,
                          text=True,
                          check=True)
    return json.loads(done.stdout.splitlines()[-1])


def show_peaks(call: str, names: List[str]) -> None:
    """Prints the peak memory of a call of each version, and their ratio."""
    peaks = [peak_of(call, name) for name in names]
    for name, peak in zip(names, peaks):
        show(f'  peak memory above the model, {name}', peak / 2**30, 'GiB')
    if len(names) > 1:
        show('ours / naive, memory', peaks[0] / peaks[1], '')


def inference_calls(bench: Bench, names: List[str]) -> Dict[str, Call]:
    """Returns the scoring of the views, and its parts."""
    calls = {name: bench.view_call(name) for name in names}
    features = without_gradient(bench.vision)()
    calls.update(
        vision=without_gradient(bench.vision),
        product=bench.product(bench.views),
        text=without_gradient(lambda: bench.head(features)))
    if 'naive' in names:
        calls['naive vision'] = without_gradient(bench.naive_vision)
    return calls


def inference(args: argparse.Namespace, names: List[str]) -> None:
    """Measures the scoring of views."""
    bench = Bench(args)
    calls = inference_calls(bench, names)
    times = interleaved(calls, args.runs, bench.device)
    middle = {name: statistics.median(spent) for name, spent in times.items()}
    rate = bench.multiply_adds(calls['product']) / middle['product']
    texts = without_gradient(bench.class_texts)
    once = seconds(texts, bench.device)
    print(f'\nInference, {args.views} view(s) of {bench.frames} frames, '
          f'{bench.head.num_classes} classes')
    for name in names:
        show(f'views, {name}', middle[name], 's',
             f'{args.views / middle[name]:.2f} views/s')
    show('  vision', middle['vision'], 's')
    show_floor(bench, calls['vision'], middle['vision'], rate)
    show('    selecting and merging', bench.merging_seconds(), 's')
    show('  text and prompting', middle['text'], 's',
         f'{middle["text"] / middle["ours"]:.1%} of the views')
    show('text, once per class list', once, 's')
    show_floor(bench, texts, once, rate)
    if args.against:
        show_ratio('time', times, 'ours', 'naive')
        show_ratio('vision', times, 'vision', 'naive vision')
    show_peaks('view', names)


def training(args: argparse.Namespace, names: List[str]) -> None:
    """Measures training steps."""
    bench = Bench(args)
    calls = {name: bench.step_call(name) for name in names}
    calls['product'] = bench.product(bench.batch)
    times = interleaved(calls, args.runs, bench.device)
    print(f'\nTraining, {args.train_batch} videos of {args.train_frames} '
          f'frames, {bench.head.num_classes} classes')
    rate = bench.multiply_adds(calls['product']) / statistics.median(
        times['product'])
    for name in names:
        spent = statistics.median(times[name])
        show(f'step, {name}', spent, 's',
             f'{args.train_batch / spent:.3f} videos/s')
        if name == 'ours':
            show_floor(bench, calls[name], spent, rate)
    if args.against:
        show_ratio('time', times, 'ours', 'naive')
    del bench, calls  # the peaks need the memory
    show_peaks('step', names)


def decoding(args: argparse.Namespace) -> None:
    """Measures what the config's pipelines cost on videos of ten seconds."""
    init_default_scope('mmaction')
    print('\nReading videos, in processor time')
    for row in read_costs(
            Config.fromfile(args.config), args.runs, args.videos or ()):
        show(*row)


def main() -> None:
    """Measures what the command line asks for."""
    args = parse_args()
    if args.peak:
        call, name = args.peak
        bench = Bench(args)
        made = getattr(bench, f'{call}_call')(name)
        print(json.dumps(peak_memory(made, bench.device)))
        return
    names = ['ours', 'naive'] if args.against else ['ours']
    print(f'{args.config}, {args.device}, {args.dtype}, '
          f'{torch.get_num_threads()} threads, torch {torch.__version__}')
    if args.only in (None, 'inference'):
        inference(args, names)
    if args.only in (None, 'training'):
        training(args, names)
    if args.only in (None, 'decoding'):
        decoding(args)


if __name__ == '__main__':
    main()
