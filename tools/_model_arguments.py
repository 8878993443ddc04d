"""What the tools for videos of one's own have in common: model and videos."""
import argparse
import sys
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Iterable, List, Optional, Sequence, Union

from mmengine.config import DictAction
from rich.console import Console
from rich.progress import track

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # works without installation

from projects.tc_clip.apis import TCCLIPInferencer  # noqa: E402
from projects.tc_clip.apis.loading import read_config  # noqa: E402

DEFAULT_CONFIG = ROOT / 'configs/zero_shot/tcclip_k400.py'
VIDEO_SUFFIXES = ('.avi', '.flv', '.m4v', '.mkv', '.mov', '.mp4', '.mpeg',
                  '.mpg', '.ts', '.webm', '.wmv')


def positive(text: str) -> int:
    """Reads a whole number from 1 on."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f'{text} must be 1 or more')
    return int(text)


def video_parser(description: Optional[str]) -> argparse.ArgumentParser:
    """Makes a parser of videos, the model and how the videos are read."""
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('videos', type=Path, nargs='+', metavar='VIDEO_OR_FOLDER')
    add_model(parser)
    add('--test-views',
        action='store_true',
        help="look at all views of the config's test, not of its validation")
    add('--batch-size',
        type=positive,
        default=1,
        metavar='N',
        help='videos, or spans of one, at once')
    return parser


def add_model(parser: argparse.ArgumentParser) -> None:
    """Adds the options that choose a model, its classes and its device."""
    group = parser.add_argument_group('model')
    add = group.add_argument
    add('--config',
        type=Path,
        default=DEFAULT_CONFIG,
        help='config of the model (configs/zero_shot/tcclip_k400.py)')
    add('--checkpoint',
        help="its weights; without them it is zero-shot CLIP and TC-CLIP's "
        'own parts are untrained')
    add_changes(group)
    add('--device', help='e.g. cpu or cuda:1; a GPU if there is one')


def add_changes(parser: Any) -> None:
    """Adds the options that change a config: class names, and anything."""
    add = parser.add_argument
    add('--labels',
        nargs='+',
        metavar='NAME',
        help='class names, or one .txt, .csv or .json file of them; those '
        'that the model was trained on if not given')
    add('--ensemble',
        nargs='+',
        default=[],
        metavar='WORDING',
        help="other wordings of the same classes, e.g. 'a person {}' or a "
        'file of other names; all texts of a class are averaged')
    add('--cfg-options',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help='changes of the config, e.g. model.backbone.pretrained=clip.pt')


def label_source(labels: Sequence[str]) -> Union[str, List[str]]:
    """Tells one file of class names from the names themselves."""
    if len(labels) == 1 and Path(
            labels[0]).suffix in ('.txt', '.csv', '.json'):
        return labels[0]
    return [*labels]


def load_model(args: argparse.Namespace, **options: Any) -> TCCLIPInferencer:
    """Loads the model that the command line chose.

    Args:
        args: with the options of :func:`add_model`.
        options: further options of TCCLIPInferencer.
    """
    try:
        config = read_config(args.config)
        config.merge_from_dict(args.cfg_options or {})
        return TCCLIPInferencer(
            config,
            args.checkpoint,
            args.device,
            labels=label_source(args.labels) if args.labels else None,
            wordings=args.ensemble,
            **options)
    # What files that are cut off, and devices that are not there, raise.
    except (EOFError, ImportError, KeyError, OSError, RuntimeError, TypeError,
            UnpicklingError, ValueError) as error:
        what = f'{args.config}' + (f' with {args.checkpoint}'
                                   if args.checkpoint else '')
        raise SystemExit(f'{what} cannot be loaded: {error}') from error


def find_videos(paths: Sequence[Path]) -> List[Path]:
    """Lists videos; files as they are given, folders with all below them.

    Raises:
        SystemExit: a path does not exist, or there is no video.
    """
    videos: List[Path] = []
    for path in paths:
        if not path.exists():
            raise SystemExit(f'{path}: no such file or folder')
        inside = sorted(path.rglob('*')) if path.is_dir() else []
        found = [file for file in inside if file.suffix in VIDEO_SUFFIXES]
        if path.is_dir() and not found:
            raise SystemExit(f'{path}: no video below this folder (files '
                             f'ending in {", ".join(VIDEO_SUFFIXES)})')
        videos += found or [path]
    return videos


def progress(items: Iterable[Any], what: str, total: int) -> Iterable[Any]:
    """Shows a progress bar where people look, apart from the output."""
    return track(items, what, total, console=Console(stderr=True))
