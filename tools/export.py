"""Exports a model and its class names to one file or folder.

An ONNX or torch.export file runs without this project. A folder holds weights,
config and model card, for the Hugging Face hub and for --checkpoint.

    python tools/export.py CHECKPOINT --out folder/
    python tools/export.py CONFIG CHECKPOINT --out model.onnx
    python tools/export.py CONFIG CHECKPOINT --out model.pt2 --dynamic-batch \\
        --class-names "playing chess" "cooking"

CONFIG is needed only for checkpoints that carry none. The suffix selects the
format: .onnx for onnxruntime and others, .pt2 for torch.export, none for a
folder (docs/weights.md). The graph takes pixels (B, 3, T, H, W), RGB from 0 to
255, and returns logits (B, C). The file is then compared with the model on
random clips; if the logits differ, the file is kept and the exit status is 1.
"""
import argparse
import importlib.util
from pathlib import Path
from typing import Optional, Sequence

import _checkout  # first: Ctrl-C then ends imports with one line
import torch
from _arguments import TCCLIPInferencer, add_changes, load_model

from projects.tc_clip.deployment import export
from projects.tc_clip.files import staged
from projects.tc_clip.models.precision import PRECISIONS

NEEDED = {'.onnx': ('onnx', 'onnxscript', 'onnxruntime'), '.pt2': ()}
USES = {
    '.onnx': 'python tools/predict.py VIDEO --onnx {}',
    '': 'python tools/predict.py VIDEO --checkpoint {}',
    '.pt2': "torch.export.load('{}').module()(pixels)"
}


def parse_args(argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('model',
        nargs='+',
        metavar='[CONFIG] CHECKPOINT',
        help='name of a checkpoint, and before it its config if it has none')
    add('--out',
        type=Path,
        required=True,
        help='.onnx or .pt2 file, or a folder')
    add('--license',
        default='unknown',
        metavar='NAME',
        help='licence of the weights, for the model card of a folder')
    add('--dtype',
        choices=[*PRECISIONS],
        default='float32',
        help='also compare the file, which computes in float32, with the '
        'model in this precision, as predict.py --dtype computes')
    add_changes(parser)
    batch = parser.add_mutually_exclusive_group()
    batch.add_argument(
        '--batch',
        type=int,
        default=1,
        metavar='N',
        help='views that the graph takes (%(default)s)')
    batch.add_argument(
        '--dynamic-batch',
        action='store_true',
        help='a graph that takes any number of views')
    args = parser.parse_args(argv)
    if len(args.model) > 2:
        parser.error(f'{" ".join(args.model)}: give a checkpoint, or a config '
                     'and a checkpoint')
    if args.out.suffix not in USES:
        parser.error(f'--out {args.out}: must end in .onnx or .pt2, or be a '
                     'folder without suffix')
    if args.batch < 1:
        parser.error('--batch must be 1 or more')
    args.device = 'cpu'  # constants of a graph keep the device of the trace
    return args


def check_installed(suffix: str) -> None:
    """Exits if torch is too old or a package is missing."""
    version = tuple(int(n) for n in torch.__version__.split('.')[:2])
    if version < (2, 5):
        raise SystemExit(f'Exporting needs torch 2.5 or later, this is '
                         f'{torch.__version__}: pip install -U torch')
    missing = [
        name for name in NEEDED[suffix]
        if importlib.util.find_spec(name) is None
    ]
    if missing:
        raise SystemExit(f'Exporting {suffix} needs {", ".join(missing)}: pip '
                         f'install {" ".join(missing)}')


def verdict(worst: float, allowed: float, out: Path) -> str:
    """Describes the result of the comparison; exits if the file is wrong."""
    if worst > allowed:
        raise SystemExit(
            f'{out} is not written: its logits differ from those of the model '
            f'by up to {worst:.1e}, of which {allowed:.1e} is allowed. Try '
            'another version of torch or onnxruntime.')
    if worst <= export.TOLERANCE:
        return f'Largest difference to the model: {worst:.1e} of a logit.'
    return (f'Largest difference to the model: {worst:.1e} of a logit. The '
            f'model itself moves by {allowed / 2:.1e} when pixels change by '
            'a thousandth of a grey level: rounding decides which tokens '
            'merge (docs/export.md).')


def export_model(inferencer: TCCLIPInferencer,
                 args: argparse.Namespace) -> None:
    """Writes the file if it computes what the model does; else exits."""
    counts = (1, 3) if args.dynamic_batch else (args.batch, )
    try:
        metadata = export.metadata_of(inferencer)
        program = export.trace(inferencer, args.batch, args.dynamic_batch)
        with staged(args.out) as unfinished:
            export.write_graph(program, unfinished, metadata)
            worst, allowed = export.check(unfinished, inferencer, counts)
            print(verdict(worst, allowed, args.out))
            if inferencer.dtype != torch.float32:
                moved = export.difference_in_dtype(unfinished, inferencer,
                                                   counts)
                print(f'In {inferencer.dtype} the model itself differs from '
                      f'it by up to {moved:.1e} of a logit.')
    except ValueError as error:
        raise SystemExit(f'export.py: {error}') from error


def save_folder(inferencer: TCCLIPInferencer,
                args: argparse.Namespace) -> None:
    """Writes the folder, and prints how to use it."""
    try:
        inferencer.save_pretrained(
            args.out,
            source=' with '.join(Path(name).name for name in args.model),
            license=args.license)
    except (OSError, ValueError) as error:
        raise SystemExit(f'export.py: {error}') from error
    print(f'{args.out}: {len(inferencer.class_names)} classes')
    print(f'To use it: {USES[""].format(args.out)}')


def main() -> None:
    """Exports, compares, and prints how to use the file."""
    args = parse_args()
    if args.out.suffix:
        check_installed(args.out.suffix)
    *config, checkpoint = args.model
    inferencer = load_model(config[0] if config else None, checkpoint, args,
                            args.cfg_options)
    if not args.out.suffix:
        save_folder(inferencer, args)
        return
    export_model(inferencer, args)
    batch = 'B' if args.dynamic_batch else str(args.batch)
    size = ', '.join([batch, *map(str, export.view_size(inferencer))])
    print(f'{args.out}: {args.out.stat().st_size / 1e6:.1f} MB, '
          f'{len(inferencer.class_names)} classes, pixels ({size})')
    print(f'To use it: {USES[args.out.suffix].format(args.out)}')


if __name__ == '__main__':
    _checkout.run_main(main)
