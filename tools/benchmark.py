"""Measures speed and memory of a config, on random weights and clips.

    python tools/benchmark.py configs/tcclip_k400.py --against naive

Beside each time of the vision tower stands its floor: what its matrix
products alone take at the rate that this machine reaches at their shapes.
`--against naive` runs the textbook version of tests/reference in turn with
ours, and prints the ratios.
"""
import argparse
import json
import statistics
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Dict, List, Sequence

import torch
import torch.nn.functional as F
from _measure import (Call, interleaved, matrix_rate, median_ratio,
                      multiply_adds, peak_memory, seconds)
from mmengine.config import Config
from mmengine.registry import init_default_scope

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        'config', nargs='?', default=str(ROOT / 'configs/tcclip_k400.py'))
    parser.add_argument('--against', choices=['naive'])
    parser.add_argument('--device', default='cpu')
    parser.add_argument(
        '--dtype',
        default='float32',
        choices=['float32', 'bfloat16', 'float16'])
    parser.add_argument(
        '--compile', action='store_true', help='compile the vision tower')
    parser.add_argument(
        '--runs', type=int, default=3, help='runs that count, after one')
    parser.add_argument(
        '--train-frames', type=int, default=8, help='frames when training')
    parser.add_argument(
        '--train-batch', type=int, default=2, help='videos when training')
    parser.add_argument('--only', choices=['inference', 'training'])
    parser.add_argument(
        '--peak', choices=['ours', 'naive'], help=argparse.SUPPRESS)
    return parser.parse_args()


class Bench:
    """A model, its clips, and what is done with them.

    Args:
        args: the command line.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        init_default_scope('mmaction')
        config = Config.fromfile(args.config)
        from mmaction.registry import MODELS
        config.model.backbone.pretrained = None
        self.device = torch.device(args.device)
        self.dtype = getattr(torch, args.dtype)
        torch.manual_seed(0)
        self.model = MODELS.build(config.model).to(self.device)
        self.backbone, self.head = self.model.backbone, self.model.cls_head
        self.frames = self.backbone.num_frames
        if args.compile:
            self.backbone.forward = torch.compile(self.backbone.forward)
        self.clip = self.make_clips(1, self.frames)
        self.batch = self.make_clips(args.train_batch, args.train_frames)

    def make_clips(self, batch: int, frames: int) -> torch.Tensor:
        """Returns random clips ``(B, 3, T, H, W)``."""
        size = self.backbone.image_size
        return torch.randn(batch, 3, frames, *size, device=self.device)

    def autocast(self) -> Any:
        """Returns the context of the wanted precision."""
        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.dtype)

    def ours(self, clips: torch.Tensor) -> torch.Tensor:
        """Scores clips as the package does."""
        with self.autocast():
            return self.head(self.backbone(clips))

    def naive(self, clips: torch.Tensor) -> torch.Tensor:
        """Scores clips as a textbook would."""
        from tests.reference.naive import naive_logits
        with self.autocast():
            return naive_logits(self.model, clips, length=30)

    def train_step(self, score: Any, optimizer: torch.optim.Optimizer) -> None:
        """Makes one optimiser step."""
        self.model.train()
        logits = score(self.batch)
        labels = torch.arange(len(logits), device=self.device)
        F.cross_entropy(logits.float(), labels).backward()
        optimizer.step()
        optimizer.zero_grad()

    def training(self, names: Sequence[str]) -> Dict[str, Call]:
        """Returns a training step for each of the versions."""
        optimizer = torch.optim.AdamW(self.model.parameters(), 1e-9)
        return {
            name:
            lambda score=getattr(self, name): self.train_step(
                score, optimizer)
            for name in names
        }


def without_gradient(call: Call) -> Call:
    """Returns the call as evaluation makes it."""

    def evaluate() -> object:
        with torch.no_grad():
            return call()

    return evaluate


def merging_seconds(bench: Bench) -> float:
    """Times the selection and summary of tokens within one forward pass."""
    spent: List[float] = []
    reference = bench.backbone.reference
    forward = reference.forward

    def timed(*inputs: Any) -> Any:
        out: List[Any] = []
        spent.append(
            seconds(lambda: out.append(forward(*inputs)), bench.device))
        return out[0]

    reference.forward = timed
    without_gradient(lambda: bench.backbone(bench.clip))()
    reference.forward = forward
    return sum(spent)


def show(name: str, value: float, unit: str, note: str = '') -> None:
    """Prints a row."""
    print(f'{name:<40}{value:10.3f} {unit:<4}{note}', flush=True)


def inference(bench: Bench, args: argparse.Namespace) -> None:
    """Measures the scoring of one view, and its parts."""
    bench.model.eval()
    vision = without_gradient(lambda: bench.backbone(bench.clip))
    features = vision()
    calls: Dict[str, Call] = dict(
        ours=lambda: bench.ours(bench.clip),
        vision=vision,
        text=lambda: bench.head(features))
    if args.against:
        from tests.reference.naive import naive_vision
        calls['naive'] = lambda: bench.naive(bench.clip)
        calls['naive vision'] = lambda: naive_vision(bench.backbone, bench.clip
                                                     )
    times = interleaved(
        {
            name: without_gradient(call)
            for name, call in calls.items()
        }, args.runs, bench.device)
    middle = {name: statistics.median(spent) for name, spent in times.items()}
    patches = bench.backbone.positional_embedding.shape[-2]
    rate = matrix_rate(bench.frames * patches,
                       bench.backbone.conv1.out_channels, bench.device,
                       bench.dtype)
    floor = multiply_adds(vision) / rate
    once = seconds(
        without_gradient(lambda:
                         (bench.head.drop_text(), bench.head.shared_text())),
        bench.device)
    print(f'\nInference, one view of {bench.frames} frames, '
          f'{bench.head.num_classes} classes')
    show('view', middle['ours'], 's', f'{1 / middle["ours"]:.2f} views/s')
    show('  vision', middle['vision'], 's')
    show('    floor of its products', floor, 's',
         f'{middle["vision"] / floor:.2f}x, {rate * 2e-9:.0f} GFLOP/s')
    show('    selecting and merging', merging_seconds(bench), 's')
    show('  text and prompting', middle['text'], 's',
         f'{middle["text"] / middle["ours"]:.1%} of the view')
    show('text, once per class list', once, 's')
    if args.against:
        show('naive view', middle['naive'], 's')
        show('ours / naive', median_ratio(times['ours'], times['naive']), '')
        show('ours / naive, vision',
             median_ratio(times['vision'], times['naive vision']), '')


def peak_of(name: str) -> float:
    """Returns the peak memory of a training step in a process of its own."""
    done = subprocess.run([sys.executable, *sys.argv, '--peak', name],
                          stdout=subprocess.PIPE,
                          text=True,
                          check=True)
    return json.loads(done.stdout.splitlines()[-1])


def training(args: argparse.Namespace) -> None:
    """Measures training steps: peak memory, then time."""
    names = ['ours', 'naive'] if args.against else ['ours']
    peaks = {name: peak_of(name) for name in names}
    bench = Bench(args)
    print(f'\nTraining, {args.train_batch} videos of {args.train_frames} '
          f'frames, {bench.head.num_classes} classes')
    times = interleaved(bench.training(names), args.runs, bench.device)
    for name in names:
        spent = statistics.median(times[name])
        show(f'step, {name}', spent, 's',
             f'{args.train_batch / spent:.3f} videos/s')
        show(f'  peak memory above the model, {name}', peaks[name] / 2**30,
             'GiB')
    if args.against:
        show('ours / naive, time', median_ratio(times['ours'], times['naive']),
             '')
        show('ours / naive, memory', peaks['ours'] / peaks['naive'], '')


def main() -> None:
    """Measures what the command line asks for."""
    args = parse_args()
    if args.peak:
        bench = Bench(args)
        step = bench.training([args.peak])[args.peak]
        print(json.dumps(peak_memory(step, bench.device)))
        return
    print(f'{args.config}, {args.device}, {args.dtype}, '
          f'{torch.get_num_threads()} threads, torch {torch.__version__}')
    if args.only != 'inference':
        training(args)
    if args.only != 'training':
        inference(Bench(args), args)


if __name__ == '__main__':
    main()
