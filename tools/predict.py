"""Predicts which of your class names fit videos.

    python tools/predict.py clip.mp4 folder/ --labels "playing chess" "cooking"
    python tools/predict.py clip.mp4 --checkpoint k400.pth --out result.json
    python tools/predict.py film.mp4 --window 3 --stride 1.5 --out film.json
    python tools/predict.py folder/ --onnx model.onnx --out result.csv
    python tools/predict.py --stream 0 --labels "playing chess" "cooking"

The result is printed as a table. --out also writes it as .json, .csv or
.jsonl, and with --window a plot for each video. An interrupted run goes on
where it ended, also within a film. A video that cannot be read is reported and
left out. Probabilities are shares of a softmax over the given classes:
they compare these classes, and do not say whether the video shows any of them.
"""
import argparse
from pathlib import Path
from typing import Optional, Sequence

from _arguments import (DEFAULT_CONFIG, TCCLIPInferencer, find_videos,
                        load_model, positive, video_parser)
from _bulk import Status, add_bulk, report_failure
from _checkout import run_main
from _stream import add_stream_options, check_stream, run_stream

from projects.tc_clip.apis.prediction_files import as_text, write_predictions
from projects.tc_clip.apis.reading import Windows, read_clips, score_clips
from projects.tc_clip.apis.results import (KeptResults, Results, partial_files,
                                           read_partial)
from projects.tc_clip.apis.run_settings import settings_of
from projects.tc_clip.apis.timeline_plot import plot_timelines
from projects.tc_clip.processes import Failure

SHORTEST = .001  # seconds; with less, one film has millions of spans


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
        help='.json, .csv or .jsonl. Until all videos are done, results are '
        'in FILE.partial.jsonl, from where an interrupted run goes on')
    add_bulk(parser)
    add_stream_options(parser)
    args = parser.parse_args(argv)
    check_args(parser, args)
    return args


def check_args(parser: argparse.ArgumentParser,
               args: argparse.Namespace) -> None:
    """Refuses options that exclude each other, or are out of range."""
    if args.onnx and (args.checkpoint or args.class_names or args.wordings
                      or args.cfg_options):
        parser.error('--onnx holds the model and its class names: give it '
                     'without --checkpoint, --class-names, --wordings and '
                     '--cfg-options')
    if args.onnx and args.onnx.suffix != '.onnx':
        parser.error(f'--onnx {args.onnx}: must end in .onnx')
    if args.onnx and args.dtype != 'float32':
        parser.error(f'--dtype {args.dtype}: the file of --onnx computes in '
                     'its own precision')
    if args.stream is not None:
        check_stream(parser, args)
    elif not args.videos:
        parser.error('give videos or folders, or --stream')
    elif args.show:
        parser.error('--show goes with --stream')
    elif args.out and args.out.suffix not in ('.json', '.jsonl', '.csv'):
        parser.error(f'--out {args.out}: must end in .json, .jsonl or .csv')
    elif args.check and not args.out:
        parser.error('--check goes with --out')
    elif args.shard.total > 1 and not args.out:
        parser.error(f'{args.shard}: shards collect their results in --out')
    if not 0 <= args.none_below <= 1:
        parser.error(f'--none-below {args.none_below} must be from 0 to 1')
    check_spans(parser, args)


def check_spans(parser: argparse.ArgumentParser,
                args: argparse.Namespace) -> None:
    """Refuses spans that are too short; fills in the stride."""
    if args.window is None:
        if args.stride is not None:
            parser.error('--stride goes with --window')
        return
    if args.stride is None:
        args.stride = args.window / 2
    if not SHORTEST <= args.stride <= args.window:
        parser.error(f'--window {args.window} --stride {args.stride}: both '
                     f'must be at least {SHORTEST} seconds, and the stride at '
                     'most the window')


def open_results(inferencer: TCCLIPInferencer,
                 args: argparse.Namespace) -> Results:
    """Returns the results of an interrupted run, or none.

    Args:
        inferencer: the model.
        args: the command line.

    Raises:
        SystemExit: the file of the interrupted run has other settings, or no
            file can be written.
    """
    if not args.out:
        return Results()
    config = args.onnx or args.config or args.checkpoint or DEFAULT_CONFIG
    options = ('window', 'stride', 'top_k', 'none_below')
    settings = dict(
        settings_of(inferencer, config, args.checkpoint),
        **{name: getattr(args, name)
           for name in options})
    try:
        return KeptResults(args.out, settings, args.shard)
    except (OSError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error


def predict(inferencer: TCCLIPInferencer, videos: Sequence[Path],
            results: Results, args: argparse.Namespace) -> None:
    """Predicts videos, as a whole or span by span.

    Args:
        inferencer: the model.
        videos: the files.
        results: gets the results; videos that have one are left out.
        args: the command line.
    """
    todo = [(v, results.count(v)) for v in videos
            if not results.is_complete(v)]
    if len(todo) < len(videos):
        print(f'{len(videos) - len(todo)} of {len(videos)} videos were there')
    windows = Windows(args.window, args.stride) if args.window else None
    status = Status(len(videos), len(videos) - len(todo))
    reads = status.on(read_clips(inferencer, todo, args.workers, windows))
    ranking = dict(top_k=args.top_k, none_below=args.none_below)
    for scored in score_clips(inferencer, reads, args.batch_size, **ranking):
        results.add(scored)
        if isinstance(scored.result, Failure):
            report_failure(scored.video, scored.result.reason)
        place = f'{scored.video.name} {scored.number + 1}/{scored.total} '
        status.count(status.done + results.is_complete(scored.video),
                     place if scored.total > 1 else '')


def write(results: KeptResults, videos: Sequence[Path],
          args: argparse.Namespace) -> None:
    """Writes the results of all videos, or says how many are missing.

    Args:
        results: the results.
        videos: the files of all shards.
        args: the command line.
    """
    results.read()  # those of other shards
    left = sum(not results.is_complete(video) for video in videos)
    if left:
        print(f'{args.shard} is done. {args.out} is written when the other '
              f'shards are: {left} of {len(videos)} videos are left')
        return
    predictions = results.predictions(videos)
    write_predictions(args.out, predictions, results.failed)
    print(f'wrote {args.out}')
    if args.window:
        for plot in plot_timelines(args.out, predictions):
            print(f'wrote {plot}')
    results.finish()


def run_files(inferencer: TCCLIPInferencer, videos: Sequence[Path],
              args: argparse.Namespace) -> None:
    """Predicts files, and writes the requested files.

    Args:
        inferencer: the model.
        videos: the files.
        args: the command line.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; the text has what is done.
        SystemExit: no video can be read.
    """
    mine, results = args.shard.of(videos), open_results(inferencer, args)
    interrupted = False
    try:
        predict(inferencer, mine, results, args)
    except KeyboardInterrupt:
        interrupted = True
    print(as_text(results.predictions(mine)))
    if interrupted:
        raise KeyboardInterrupt(
            f'{results.journal.path} keeps the results, and the same command '
            'goes on' if isinstance(results, KeptResults) else '')
    if isinstance(results, KeptResults):
        write(results, videos, args)
    # torchrun would end the other shards
    if args.shard.total == 1 and not results.found:
        raise SystemExit('None of the videos could be read.')


def check(videos: Sequence[Path], out: Path) -> None:
    """Prints the videos that interrupted runs have left.

    Args:
        videos: the files of all shards.
        out: where the results go.

    Raises:
        SystemExit: there are such videos.
    """
    partial = partial_files(out)
    if out.exists() and not partial:
        print(f'{out} is complete')
        return
    results = read_partial(out)
    left = [video for video in videos if not results.is_complete(video)]
    print(''.join(f'neither a result nor a failure: {video}\n'
                  for video in left) +
          f'{out}: {len(left)} of {len(videos)} videos are left')
    if left:
        raise SystemExit(1)


def main() -> None:
    """Predicts videos or a stream."""
    args = parse_args()
    videos = [] if args.stream else [*dict.fromkeys(find_videos(args.videos))]
    if args.check:
        check(videos, args.out)
        return
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
    run_main(main)
