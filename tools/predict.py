"""Predicts which of your class names fit videos.

    python tools/predict.py clip.mp4 folder/ --labels "playing chess" "cooking"
    python tools/predict.py clip.mp4 --checkpoint k400.pth --out result.json
    python tools/predict.py film.mp4 --window 3 --stride 1.5 --out film.json
    python tools/predict.py folder/ --onnx model.onnx --out result.csv
    python tools/predict.py --stream 0 --labels "playing chess" "cooking"

The result is printed as a table. --out also writes it as .json or .csv, and
with --window a plot for each video. A video that cannot be read is reported
and left out. Probabilities are shares of a softmax over the given classes:
they compare these classes, and do not say whether the video shows any of them.
"""
import argparse
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Sequence, Union

from _arguments import (TCCLIPInferencer, find_videos, load_model, positive,
                        progress, video_parser)
from _stream import add_stream_options, check_stream, run_stream

from projects.tc_clip.apis import Prediction
from projects.tc_clip.apis.prediction_files import as_text, write_predictions
from projects.tc_clip.apis.timeline_plot import plot_timelines
from projects.tc_clip.datasets import BrokenVideoError

Result = Union[List[Prediction], BrokenVideoError]


def parse_args(argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = video_parser(__doc__, videos='*')
    add = parser.add_argument
    add('--onnx',
        type=Path,
        metavar='FILE',
        help='a model of tools/export.py, in place of the model options')
    add('--top-k',
        type=positive,
        default=5,
        metavar='K',
        help='number of classes to print')
    add('--none-below',
        type=float,
        default=0.,
        metavar='SHARE',
        help='print "none of these" if the best class has a smaller share '
        'of the softmax. The share is not calibrated and depends on the '
        'other classes: choose it on your videos')
    add('--window',
        type=float,
        metavar='SECONDS',
        help='predict spans of this length')
    add('--stride',
        type=float,
        metavar='SECONDS',
        help='from one span to the next; half of --window if not given')
    add('--out',
        type=Path,
        metavar='FILE',
        help='.json or .csv; .jsonl of a stream')
    add_stream_options(parser)
    args = parser.parse_args(argv)
    check_args(parser, args)
    return args


def check_args(parser: argparse.ArgumentParser,
               args: argparse.Namespace) -> None:
    """Refuses options that exclude each other; fills in the stride."""
    if args.onnx and (args.checkpoint or args.class_names or args.wordings
                      or args.cfg_options):
        parser.error('--onnx holds the model and its class names: give it '
                     'without --checkpoint, --class-names, --wordings and '
                     '--cfg-options')
    if args.stream is not None:
        check_stream(parser, args)
    elif not args.videos:
        parser.error('give videos or folders, or --stream')
    elif args.show:
        parser.error('--show goes with --stream')
    elif args.out and args.out.suffix not in ('.json', '.csv'):
        parser.error(f'--out {args.out}: must end in .json or .csv')
    if args.stride and not args.window:
        parser.error('--stride goes with --window')
    if args.window is not None:
        args.stride = args.stride or args.window / 2
        if not 0 < args.stride <= args.window:
            parser.error(
                f'--window {args.window} --stride {args.stride}: both must be '
                'above 0 seconds, and the stride at most the window')


def predict(inferencer: TCCLIPInferencer, videos: Sequence[Path],
            args: argparse.Namespace) -> Iterator[Result]:
    """Predicts videos, as a whole or span by span.

    Args:
        inferencer: the model.
        videos: the files.
        args: the command line.

    Yields:
        The predictions of each video, or why it cannot be read.
    """
    ranking = dict(top_k=args.top_k, none_below=args.none_below)
    if not args.window:
        for found in inferencer.predict_each(videos, args.batch_size,
                                             **ranking):
            yield found if isinstance(found, BrokenVideoError) else [found]
        return
    for video in videos:
        try:
            yield inferencer.timeline(video, args.window, args.stride,
                                      args.batch_size, **ranking)
        except BrokenVideoError as error:
            yield error


def report(args: argparse.Namespace, predictions: Dict[Path, List[Prediction]],
           failed: Dict[Path, str]) -> None:
    """Prints and writes predictions, and reports broken videos."""
    if predictions:
        print(as_text(predictions))
    for message in failed.values():
        print(f'left out: {message}', file=sys.stderr)
    if args.out:
        write_predictions(args.out, predictions, failed)
        if args.window:
            for plot in plot_timelines(args.out, predictions):
                print(f'wrote {plot}')


def run_files(inferencer: TCCLIPInferencer, videos: Sequence[Path],
              args: argparse.Namespace) -> None:
    """Predicts files, and writes the requested files.

    Args:
        inferencer: the model.
        videos: the files.
        args: the command line.

    Raises:
        SystemExit: no video can be read.
    """
    predictions: Dict[Path, List[Prediction]] = {}
    failed: Dict[Path, str] = {}
    try:
        found = zip(videos, predict(inferencer, videos, args))
        for video, result in progress(found, 'videos', len(videos)):
            if isinstance(result, BrokenVideoError):
                failed[video] = str(result)
            else:
                predictions[video] = result
    finally:  # an interrupted run keeps its predictions
        report(args, predictions, failed)
    if not predictions:
        raise SystemExit('None of the videos could be read.')


def main() -> None:
    """Predicts videos or a stream."""
    args = parse_args()
    videos = [] if args.stream else find_videos(args.videos)
    inferencer = load_model(
        args.onnx or args.config,
        args.checkpoint,
        args,
        args.cfg_options,
        test_views=args.test_views)
    if args.stream:
        run_stream(inferencer, args)
    else:
        run_files(inferencer, videos, args)


if __name__ == '__main__':
    main()
