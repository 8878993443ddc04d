"""Command line options of the tools that run a model on your videos."""
import argparse
import sys
from os.path import isfile
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Dict, Iterable, List, Optional, Sequence, Union

import _checkout  # noqa: F401 - finds the package without installation
from mmengine.config import DictAction
from rich.console import Console
from rich.progress import track

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.apis.checkpoint_configs import config_of
from projects.tc_clip.apis.loading import read_config
from projects.tc_clip.datasets.pipelines import READERS, with_reader
from projects.tc_clip.datasets.video_paths import (VIDEO_SUFFIXES, is_video,
                                                   search_videos)
from projects.tc_clip.models.precision import PRECISIONS
from projects.tc_clip.models.text.class_names import load_class_names
from projects.tc_clip.shards import device_of_process
from projects.tc_clip.user_errors import message_of

DEFAULT_CONFIG = 'zero_shot/tcclip_k400.py'


def positive(text: str) -> int:
    """Reads a whole number that is 1 or more."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f'{text} must be 1 or more')
    return int(text)


def video_parser(description: Optional[str],
                 videos: str = '+') -> argparse.ArgumentParser:
    """Makes a parser with options for videos, the model and the views.

    Args:
        description: what the tool does.
        videos: number of videos, as argparse writes it.
    """
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('videos', type=Path, nargs=videos, metavar='VIDEO_OR_FOLDER')
    add_model(parser)
    add('--test-views',
        action='store_true',
        help="score all views of the config's test, not of its validation")
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
        help='config of the model; the one that the checkpoint carries if not '
        f'given, or {DEFAULT_CONFIG} without a checkpoint')
    add('--checkpoint',
        metavar='NAME',
        help='its weights: a file, also an official one, a folder of '
        'export.py, or hf://ORG/REPO[@REVISION][/FILE]; without them it is '
        'zero-shot CLIP, and the parts that TC-CLIP adds are untrained')
    add_changes(group)
    add('--device', help='e.g. cpu or cuda:1; a GPU if there is one')
    add('--dtype',
        choices=[*PRECISIONS],
        default='float32',
        help='precision of matrix products (%(default)s): auto is what the '
        'device multiplies fastest. Results are float32 (docs/speed.md)')
    add('--reader',
        choices=[*READERS],
        help="what decodes videos, in place of the config's reader")


def add_changes(parser: Any) -> None:
    """Adds the options that change a config."""
    add = parser.add_argument
    add('--class-names',
        '--labels',
        nargs='+',
        metavar='NAME',
        help='class names, or one .txt, .csv or .json file of them; those '
        'that the model was trained on if not given')
    add('--wordings',
        '--ensemble',
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


def names_or_file(names: Sequence[str]) -> Union[str, List[str]]:
    """Returns a single file of class names, or the list of names.

    Args:
        names: what stands behind ``--class-names``.

    Raises:
        ValueError: a name is a file, or seems to be several names.
    """
    single = names[0] if len(names) == 1 else ''
    if single.lower().endswith(('.txt', '.csv', '.json')):
        return single
    for name in names:
        if isfile(name) or is_video(name):
            raise ValueError(
                f'--class-names holds the file {name!r}: name videos before '
                'options, and give the names themselves or one .txt, .csv or '
                '.json file of them')
    if ',' in single:
        raise ValueError(f'--class-names {single!r} is one class: put spaces '
                         'between names, and quotes around names with spaces')
    return [*names]


def load_model(config: Union[str, Path, None],
               checkpoint: Optional[str],
               args: argparse.Namespace,
               cfg_options: Optional[Dict[str, Any]] = None,
               **options: Any) -> TCCLIPInferencer:
    """Loads a model with the classes that the command line chose.

    Args:
        config: file or short name of a config, or an .onnx file; None selects
            the config that the checkpoint carries.
        checkpoint: name of its weights, if there are any.
        args: with the options of :func:`add_changes` and a ``device``.
        cfg_options: changes of the config.
        **options: further options of TCCLIPInferencer.

    Raises:
        SystemExit: the model cannot be loaded; the message has the reason.
    """
    try:
        names = names_or_file(args.class_names) if args.class_names else None
        if isinstance(names, str):
            load_class_names(names)  # its errors are not those of the model
    except (OSError, TypeError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error
    try:
        changed = read_config(
            config
            or (config_of(checkpoint) if checkpoint else DEFAULT_CONFIG))
        changed.merge_from_dict(cfg_options or {})
        if getattr(args, 'reader', None):
            changed.merge_from_dict(with_reader(changed, args.reader))
        dtype = getattr(args, 'dtype', 'float32')
        inferencer = TCCLIPInferencer(
            changed,
            checkpoint,
            args.device or device_of_process() or None,
            class_names=names,
            wordings=args.wordings,
            dtype=dtype,
            **options)
        if dtype != 'float32':
            print(f'precision: {inferencer.dtype}', file=sys.stderr)
        return inferencer
    # errors of truncated files and missing devices
    except (EOFError, ImportError, KeyError, OSError, RuntimeError, TypeError,
            UnpicklingError, ValueError) as error:
        parts = [n for n in (config, checkpoint) if n] or [DEFAULT_CONFIG]
        what = ' with '.join(map(str, parts))
        raise SystemExit(f'{what} cannot be loaded: '
                         f'{message_of(error) or error}') from error


def find_videos(paths: Sequence[Path]) -> List[Path]:
    """Lists the given video files, and all videos below the given folders.

    It prints what it finds and skips in folders on the standard error stream.

    Args:
        paths: files and folders.

    Raises:
        SystemExit: a path does not exist, or there is no video.
    """
    videos: List[Path] = []
    for path in paths:
        if not path.exists():
            raise SystemExit(f'{path}: no such file or folder')
        if not path.is_dir():
            videos.append(path)
            continue
        found = search_videos(path)
        note = f'; skipped files: {found.note()}' if found.skipped else ''
        if not found.videos:
            raise SystemExit(
                f'{path}: no video below this folder (files ending in '
                f'{", ".join(VIDEO_SUFFIXES)}){note}')
        print(f'{path}: {len(found.videos)} videos{note}', file=sys.stderr)
        videos += found.videos
    return videos


def progress(items: Iterable[Any], what: str, total: int) -> Iterable[Any]:
    """Shows a progress bar on the standard error stream."""
    return track(items, what, total, console=Console(stderr=True))
