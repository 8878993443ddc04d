"""The options --stream and --show of predict.py, and what they do."""
import argparse
import json
from contextlib import closing, suppress
from pathlib import Path
from typing import Iterator, Optional, TextIO, Union

from _arguments import TCCLIPInferencer

from projects.tc_clip.apis import Prediction
from projects.tc_clip.apis.prediction_files import NOTE, SEVERAL, span_line
from projects.tc_clip.apis.stream import SlidingWindow, TimedFrame, cut_stream
from projects.tc_clip.apis.stream_reader import StreamReader, is_camera, is_url
from projects.tc_clip.visualization.live_labels import (LabelVideo,
                                                        LabelWindow,
                                                        check_display)
from projects.tc_clip.visualization.mp4_writer import import_encoder

WINDOW = 3.  # seconds
_SCREEN = 'screen'


def add_stream_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of a stream."""
    group = parser.add_argument_group('stream')
    add = group.add_argument
    add('--stream',
        metavar='SOURCE',
        help='predict windows of a camera (its number, such as 0), a file or '
        'a URL as their frames come, until it ends or Ctrl-C is pressed; '
        f'--window is {WINDOW:g} if not given, and --out a .jsonl file')
    add('--show',
        nargs='?',
        const=_SCREEN,
        metavar='FILE.mp4',
        help='show the stream with its labels in a window, or write it to an '
        '.mp4 file')


def check_stream(parser: argparse.ArgumentParser,
                 args: argparse.Namespace) -> None:
    """Refuses options that a stream cannot have; fills in the window."""
    source = args.stream
    if args.videos or args.reader or args.batch_size != 1:
        parser.error('--stream reads one source with OpenCV, and predicts one '
                     'window at a time: give no other videos, no --reader and '
                     'no --batch-size')
    if not (is_camera(source) or is_url(source) or Path(source).is_file()):
        parser.error(f'--stream {source}: no such file; a camera is a number, '
                     'and a URL has ://')
    if args.check or args.shard.total > 1:
        parser.error('--stream reads one source in one process: give no '
                     '--check and no --shard')
    if args.out and args.out.suffix != '.jsonl':
        parser.error(f'--out {args.out}: a stream is written as .jsonl')
    if args.window is None:
        args.window = WINDOW
    if args.show:
        check_show(parser, args.show, source)


def check_show(parser: argparse.ArgumentParser, target: str,
               source: str) -> None:
    """Refuses a window or a video that cannot be opened."""
    if Path(target).resolve() == Path(source).resolve():
        parser.error(f'--show {target} would replace the source')
    if target != _SCREEN and not target.endswith('.mp4'):
        parser.error(f'--show {target}: must end in .mp4')
    try:
        check_display() if target == _SCREEN else import_encoder()
    except OSError as error:
        parser.error(f'--show: {error}; give --show FILE.mp4')
    except ImportError as error:
        parser.error(f'--show {target}: {error}')


class Output:
    """Prints, writes and shows what comes.

    Args:
        args: the command line.
        fps: frames per second of the stream.

    Raises:
        OSError: a file cannot be written.
    """

    def __init__(self, args: argparse.Namespace, fps: float) -> None:
        self.count = 0
        self._text = ''
        self._view: Union[LabelVideo, LabelWindow, None] = None
        self._lines: Optional[TextIO] = None
        if args.show == _SCREEN:
            self._view = LabelWindow()
        elif args.show:
            self._view = LabelVideo(Path(args.show), fps)
        if args.out:
            args.out.parent.mkdir(parents=True, exist_ok=True)
            self._lines = open(
                args.out, 'w', buffering=1, encoding='utf-8')  # line by line

    def add_frame(self, frame: TimedFrame) -> None:
        """Shows a frame with the newest label."""
        if self._view:
            self._view.show(frame.pixels, frame.time, self._text)

    def add_prediction(self, found: Prediction) -> None:
        """Prints and writes a prediction, and shows its label from now on."""
        print(span_line(found), flush=True)
        if self._lines:
            self._lines.write(json.dumps(found.to_dict()) + '\n')
        self._text = f'{found.label} {found.guesses[0].probability:.0%}'
        self.count += 1

    def close(self) -> None:
        """Ends the files."""
        for opened in (self._lines, self._view):
            if opened:
                opened.close()


def predict_windows(inferencer: TCCLIPInferencer, reader: StreamReader,
                    output: Output,
                    args: argparse.Namespace) -> Iterator[Prediction]:
    """Predicts the windows of a stream as they come.

    Args:
        inferencer: the model.
        reader: the stream.
        output: shows its frames.
        args: the command line.

    Yields:
        The prediction of each window.
    """
    windows = cut_stream(reader, SlidingWindow(args.window, args.stride),
                         1 / reader.fps, reader.live, output.add_frame)
    for span, frames in windows:
        [found] = inferencer.predict([frames],
                                     top_k=args.top_k,
                                     none_below=args.none_below)
        yield found._replace(video=reader.name, span=span)


def run_stream(inferencer: TCCLIPInferencer, args: argparse.Namespace) -> None:
    """Predicts a stream until it ends or Ctrl-C is pressed.

    Args:
        inferencer: the model.
        args: the command line.

    Raises:
        SystemExit: the stream cannot be read, or a file cannot be written.
    """
    try:
        with StreamReader(args.stream, args.window) as reader, closing(
                Output(args, reader.fps)) as output:
            with suppress(KeyboardInterrupt):  # the usual end of a camera
                for found in predict_windows(inferencer, reader, output, args):
                    output.add_prediction(found)
    except OSError as error:
        raise SystemExit(f'error: {error}') from error
    print(f'{reader.name}: {output.count} windows; {reader.frames_read} '
          f'frames read, {reader.dropped} dropped\n'
          f'{SEVERAL if inferencer.several_labels else NOTE}')
