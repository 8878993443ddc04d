"""Shows the tokens and the attention of models in a video.

    python tools/visualize_tokens.py VIDEO --config C.py --checkpoint c.pth
    python tools/visualize_tokens.py VIDEO --config C.py --checkpoint c.pth \\
        --beside NAME D.py d.pth --layers 1 -1
    python tools/visualize_tokens.py --pages a/index.html b/index.html \\
        --out both.html

It writes STEM_tokens.png with a column for each frame, and STEM_tokens.mp4
with one frame at a time. With --pages it joins pages that tools/test.py
--show-dir has written, model beside model. docs/look.md explains them.
"""
import argparse
import sys
from pathlib import Path
from typing import List, Optional, Sequence, Tuple, Union

from _arguments import DEFAULT_CONFIG, TCCLIPInferencer, add_model, load_model
from _checkout import run_main

from projects.tc_clip import visualization
from projects.tc_clip.apis import Prediction, record_view
from projects.tc_clip.datasets import BrokenVideoError

NamedModel = Tuple[str, Union[str, Path, None], Optional[str]]


def parse_args(argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Reads the command line.

    Args:
        argv: arguments; None selects those of the process.
    """
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('video', type=Path, nargs='?', metavar='VIDEO')
    add_model(parser)
    add('--beside',
        nargs='+',
        action='append',
        default=[],
        metavar=('NAME', 'MODEL'),
        help='a further model for comparison: a name, its config, its '
        'checkpoint, or both; may be given several times')
    add('--layers',
        nargs='+',
        type=int,
        default=[-1],
        metavar='N',
        help='layers to show, 1-based; -1, the default, is the last')
    add('--pages',
        nargs='+',
        type=Path,
        metavar='PAGE.html',
        help='pages to join, in place of a video')
    add('--out',
        type=Path,
        default=Path('.'),
        metavar='DIR',
        help='a folder, or the .html file of --pages')
    args = parser.parse_args(argv)
    if (args.video is None) == (args.pages is None):
        parser.error('give a video, or --pages')
    if args.pages and args.out.suffix != '.html':
        parser.error('--pages is written to one file: give --out FILE.html')
    for model in args.beside:
        if len(model) not in (2, 3):
            parser.error(f'--beside {" ".join(model)}: give a name, and a '
                         'config, a checkpoint or both')
    return args


def models_of(args: argparse.Namespace) -> List[NamedModel]:
    """Returns name, config and checkpoint of each model."""
    config, checkpoint = args.config, args.checkpoint
    if not checkpoint:
        config = config or Path(DEFAULT_CONFIG)
    models: List[NamedModel] = [(Path(config
                                      or checkpoint).stem, config, checkpoint)]
    for name, *files in args.beside:
        if len(files) == 1:  # a checkpoint that carries its config, or not
            files = [*files, None] if files[0].endswith('.py') else \
                [None, *files]
        models.append((name, files[0], files[1]))
    return models


def title(name: str, prediction: Prediction, weights: str) -> str:
    """Returns the model's name with its best class for the video."""
    best = prediction.guesses[0]
    return f'{name}{weights}: {best.label} ({best.probability:.0%})'


def without_context(views: Sequence[visualization.ModelView]) -> List[str]:
    """Returns a line for each model that makes no context tokens.

    Args:
        views: records of the models.
    """
    return [
        f'{view.title}: its temporal model makes no context tokens, so only '
        'attention is drawn' for view in views
        if all(maps.groups is None for maps in view.record.layers)
    ]


def weights_of(inferencer: TCCLIPInferencer, checkpoint: Optional[str]) -> str:
    """Returns the source of weights without a checkpoint, else nothing."""
    if checkpoint:
        return ''
    clip = getattr(inferencer.model.backbone, 'pretrained', None)
    return f" (CLIP's weights, {clip})" if clip else ' (random weights)'


def record_models(args: argparse.Namespace) -> List[visualization.ModelView]:
    """Runs each model on the video.

    Args:
        args: the command line.

    Raises:
        BrokenVideoError: the video cannot be read.
        SystemExit: a model cannot be loaded.
        ValueError: a model has no tokens to show.
    """
    views = []
    changes = args.cfg_options  # of the first model only
    for name, config, checkpoint in models_of(args):
        inferencer = load_model(config, checkpoint, args, changes)
        changes = None
        record, prediction = record_view(inferencer, args.video)
        weights = weights_of(inferencer, checkpoint)
        views.append(
            visualization.ModelView(
                title(name, prediction, weights), record, args.layers))
    return views


def write_views(args: argparse.Namespace,
                views: Sequence[visualization.ModelView]) -> None:
    """Writes the sheet and the video, and prints where they are.

    Args:
        args: the command line.
        views: records of the models.
    """
    args.out.mkdir(parents=True, exist_ok=True)
    sheet, video = (
        args.out / f'{args.video.stem}_tokens.{suffix}'
        for suffix in ('png', 'mp4'))
    visualization.write_sheet(sheet, views, args.video.name)
    print(sheet)
    try:
        visualization.write_video(video, views, args.video.name)
        print(video)
    except ImportError as error:
        print(f'left out: {video}: {error}', file=sys.stderr)


def main(argv: Optional[Sequence[str]] = None) -> None:
    """Writes the pictures of a video or a page of several models.

    Args:
        argv: arguments; None selects those of the process.

    Raises:
        SystemExit: a file cannot be read, or a model cannot be shown.
    """
    args = parse_args(argv)
    try:
        if args.pages:
            count = visualization.join_pages(args.pages, args.out)
            print(f'{args.out}: {count} videos')
            return
        views = record_models(args)
        write_views(args, views)
        for line in without_context(views):
            print(line)
    except (OSError, BrokenVideoError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error


if __name__ == '__main__':
    run_main(main)
