"""Measures speed and memory of a config, with random weights and clips.

    python tools/benchmark.py configs/tcclip_k400.py --against naive

Below some times is a floor: the time of their matrix products alone, at the
rate that this machine reaches for the tower's shapes. `--against naive` runs
the textbook version of tests/reference in turn with ours, and `--against
transformers` Hugging Face's X-CLIP; both print ratios. Reading is measured
with the config's pipelines, on generated videos of ten seconds or on yours
(`--videos`). With `--dtype bfloat16`, it also counts the predictions that
differ from those in float32, with the weights of `--checkpoint` on `--videos`.
`--only readers` compares the readers of videos on files of many
kinds (docs/decoding.md).

    python tools/benchmark.py --zoo --out out
    python tools/benchmark.py --zoo tcclip_k400.py xclip_k400.py

`--zoo` prints a table of the costs of TC-CLIP and the systems that it is
compared with, or of the configs behind it. Each trains on clips as long as its
views. `--out` also writes zoo.md, and zoo.png with a plot.
"""
import argparse
import json
import statistics
from pathlib import Path
from typing import Dict, List

import _checkout  # first: Ctrl-C then ends imports with one line
import torch
from _arguments import positive
from _benches import load_bench, load_config, peak_of
from _zoo import measure_zoo, zoo_bench
from mmengine.config import DictAction
from mmengine.registry import init_default_scope

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.models import ContextTokens
from projects.tc_clip.profiling.bench import Bench, Score, without_gradient
from projects.tc_clip.profiling.measure import (Call, interleaved,
                                                median_ratio, peak_memory)
from projects.tc_clip.profiling.precision import (compare_precisions,
                                                  model_name, noise_clips)
from projects.tc_clip.profiling.reader_table import reader_table
from projects.tc_clip.profiling.reading import read_costs

_NOISE_CLIPS = 8


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('config', nargs='?', default='tcclip_k400.py')
    add('--against', choices=['naive', 'transformers'])
    add('--zoo',
        nargs='*',
        metavar='CONFIG',
        help='a table of these systems; of all, if none is named')
    add('--out', type=Path, metavar='DIR', help='where --zoo writes its files')
    add('--only',
        choices=['inference', 'training', 'precision', 'decoding', 'readers'])
    add('--device', default='cpu')
    add('--dtype',
        default='float32',
        choices=['float32', 'bfloat16', 'float16'])
    add('--checkpoint',
        metavar='NAME',
        help='weights whose predictions are compared in half precision; '
        'random ones if not given')
    add('--compile', action='store_true', help='compile the vision tower')
    add('--runs', type=positive, default=3, help='runs that count, after one')
    add('--views', type=positive, default=1, help='views scored at once')
    add('--classes',
        type=int,
        help="number of classes, named after the config's")
    add('--train-frames',
        type=positive,
        default=8,
        help='frames when training')
    add('--train-batch', type=positive, default=2, help='videos when training')
    add('--videos',
        nargs='+',
        type=Path,
        help='videos to read instead of generated ones')
    add('--cfg-options', nargs='+', action=DictAction)
    add('--peak', nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only == 'precision' and args.dtype == 'float32':
        parser.error('--only precision compares half precision with float32: '
                     'add --dtype bfloat16 or float16')
    if args.out and args.zoo is None:
        parser.error(f'--out {args.out}: only --zoo writes files; add it')
    return args


def print_row(name: str, value: float, unit: str, note: str = '') -> None:
    """Prints a row."""
    print(f'{name:<40}{value:10.3f} {unit:<4}{note}', flush=True)


def print_ratio(name: str, ours: List[float], other: List[float]) -> None:
    """Prints the ratio of the times of two interleaved calls."""
    print_row(name, median_ratio(ours, other), '')


def print_floor(bench: Bench, call: Call, spent: float, rate: float) -> None:
    """Prints the time of a call's matrix products at a given rate."""
    floor = bench.multiply_adds(call) / rate
    print_row('    floor of its products', floor, 's',
              f'{spent / floor:.2f}x, {rate * 2e-9:.0f} GFLOP/s')


def print_peaks(call: str, names: List[str]) -> None:
    """Prints the peak memory of a call of each version, and their ratio."""
    peaks = [peak_of(call, name) for name in names]
    for name, peak in zip(names, peaks):
        print_row(f'  peak memory above the model, {name}', peak / 2**30,
                  'GiB')
    if len(names) > 1:
        print_row(f'ours / {names[1]}, memory', peaks[0] / peaks[1], '')


def check_naive(bench: Bench) -> None:
    """Exits if the textbook version computes another model."""
    model, head = bench.model, bench.head
    is_tc_clip = isinstance(bench.backbone.reference, ContextTokens)
    if model.with_neck or not is_tc_clip or not head.sees_videos:
        raise SystemExit('error: --against naive: the textbook version is of '
                         'TC-CLIP alone, and this config is another system')


def scorers(bench: Bench, names: List[str]) -> Dict[str, Score]:
    """Returns functions from clips to logits, by name of the version."""
    scores: Dict[str, Score] = dict(ours=bench.ours)
    if 'naive' in names:
        if not (_checkout.ROOT / 'tests/reference/naive.py').is_file():
            raise SystemExit('error: --against naive needs a checkout, which '
                             'holds tests/reference/naive.py')
        check_naive(bench)
        from tests.reference.naive import naive_logits
        scores['naive'] = lambda x: naive_logits(bench.model, x, length=30)
    if 'transformers' in names:
        from projects.tc_clip.profiling.hugging_face import xclip_logits
        scores['transformers'] = xclip_logits(bench.model)
    return scores


def losses(bench: Bench, names: List[str]) -> Dict[str, Score]:
    """Returns functions from clips to their loss, by name of the version."""
    scores = scorers(bench, names)
    return {
        name: bench.our_loss if name == 'ours' else bench.loss_of(score)
        for name, score in scores.items()
    }


def inference_calls(bench: Bench, names: List[str]) -> Dict[str, Call]:
    """Returns the scoring of the views, and its parts."""
    calls = {
        name: bench.view_call(score)
        for name, score in scorers(bench, names).items()
    }
    features = without_gradient(bench.vision)()
    calls.update(
        vision=without_gradient(bench.vision),
        product=bench.product(bench.views),
        text=without_gradient(lambda: bench.head(bench.pooled(features))))
    if 'transformers' in names:
        # XCLIPModel encodes the texts of each call again
        calls['ours with texts'] = bench.view_call(bench.with_texts)
    if 'naive' in names:
        from tests.reference.naive import naive_vision
        calls['naive vision'] = bench.view_call(
            lambda x: naive_vision(bench.backbone, x))
    return calls


def inference(args: argparse.Namespace, names: List[str]) -> None:
    """Measures the scoring of views."""
    bench = load_bench(args)
    calls = inference_calls(bench, names)
    times = interleaved(calls, args.runs, bench.seconds)
    middle = {name: statistics.median(spent) for name, spent in times.items()}
    rate = bench.multiply_adds(calls['product']) / middle['product']
    texts = without_gradient(bench.class_texts)
    once = bench.seconds(texts)
    print(f'\nInference, {args.views} view(s) of {bench.frames} frames, '
          f'{bench.head.num_classes} classes')
    for name in names:
        print_row(f'views, {name}', middle[name], 's',
                  f'{args.views / middle[name]:.2f} views/s')
    print_row('  vision', middle['vision'], 's')
    print_floor(bench, calls['vision'], middle['vision'], rate)
    print_row('    selecting and merging', bench.merging_seconds(), 's')
    print_row('  text and prompting', middle['text'], 's',
              f'{middle["text"] / middle["ours"]:.1%} of the views')
    print_row('text, once per class list', once, 's')
    print_floor(bench, texts, once, rate)
    if args.against:
        print_ratio(f'ours / {args.against}, time', times['ours'],
                    times[args.against])
    if 'naive' in names:
        print_ratio('ours / naive, vision', times['vision'],
                    times['naive vision'])
    if 'transformers' in names:
        print_ratio('ours / transformers, texts anew',
                    times['ours with texts'], times['transformers'])
    print_peaks('view', names)


def training(args: argparse.Namespace, names: List[str]) -> None:
    """Measures training steps."""
    bench = load_bench(args)
    if not bench.trained:
        print('\nTraining: no parameter of this model is trained')
        return
    try:  # some systems take clips of one length only
        with torch.no_grad():
            bench.features(bench.batch)
    except ValueError as error:
        raise SystemExit(f'error: --train-frames {args.train_frames}: '
                         f'{error}') from error
    calls = {
        name: bench.step_call(loss)
        for name, loss in losses(bench, names).items()
    }
    calls['product'] = bench.product(bench.batch)
    times = interleaved(calls, args.runs, bench.seconds)
    print(f'\nTraining, {args.train_batch} videos of {args.train_frames} '
          f'frames, {bench.head.num_classes} classes')
    rate = bench.multiply_adds(calls['product']) / statistics.median(
        times['product'])
    for name in names:
        spent = statistics.median(times[name])
        print_row(f'step, {name}', spent, 's',
                  f'{args.train_batch / spent:.3f} videos/s')
        if name == 'ours':
            print_floor(bench, calls[name], spent, rate)
    if args.against:
        print_ratio(f'ours / {args.against}, time', times['ours'],
                    times[args.against])
    del bench, calls  # free their memory for the measurement of peaks
    print_peaks('step', names)


def precision(args: argparse.Namespace) -> None:
    """Compares predictions in half precision with those in float32."""
    config = load_config(args)
    if not args.checkpoint:
        config.model.backbone.pretrained = None
    inferencer = TCCLIPInferencer(config, args.checkpoint, args.device)
    clips = [inferencer.pipeline(str(video)) for video in args.videos or ()]
    kind = 'videos' if clips else 'clips of noise'
    clips = clips or noise_clips(inferencer, _NOISE_CLIPS)
    change = compare_precisions(inferencer, clips, getattr(torch, args.dtype),
                                args.runs)
    print(f'\nPrecision, {len(clips)} {kind}, '
          f'{model_name(config, args.checkpoint)}')
    print_row(f'{args.dtype} / float32, time', change.time_ratio, '')
    print(f'{"predictions that change":<40}{change.changed} of {len(clips)}')
    print_row('largest change of a probability', change.largest, '')


def decoding(args: argparse.Namespace) -> None:
    """Measures the cost of the config's pipelines on videos."""
    init_default_scope('mmaction')
    print('\nReading videos, in processor time')
    for row in read_costs(load_config(args), args.runs, args.videos or ()):
        print_row(*row)


def print_peak(args: argparse.Namespace) -> None:
    """Prints the peak memory of a call, in a process that does no more."""
    call, name = args.peak
    if call == 'zoo':
        bench, _ = zoo_bench(args, name)
        measured = bench.step_call(bench.our_loss)
    else:
        bench = load_bench(args)
        measured = (
            bench.step_call(losses(bench, [name])[name]) if call == 'step' else
            bench.view_call(scorers(bench, [name])[name]))
    print(json.dumps(peak_memory(measured, bench.device)))


def main() -> None:
    """Runs the benchmarks that the command line selects."""
    args = parse_args()
    if args.peak:
        print_peak(args)
        return
    if args.zoo is not None:
        measure_zoo(args)
        return
    names = ['ours', args.against] if args.against else ['ours']
    print(f'{args.config}, {args.device}, {args.dtype}, '
          f'{torch.get_num_threads()} threads, torch {torch.__version__}')
    if args.only in (None, 'inference'):
        inference(args, names)
    if args.only in (None, 'training'):
        training(args, names)
    if args.only == 'precision' or (args.only is None
                                    and args.dtype != 'float32'):
        precision(args)
    if args.only in (None, 'decoding'):
        decoding(args)
    if args.only == 'readers':
        print('\n'.join(reader_table(args.runs, args.videos or ())))


if __name__ == '__main__':
    _checkout.run_main(main)
