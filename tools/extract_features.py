"""Writes features of videos, for retrieval and probing: docs/features.md.

    python tools/extract_features.py folder/ --out features --config C.py \\
        --checkpoint c.pth
    python tools/extract_features.py folder/ --out features --format parquet \\
        --what video text --labels "playing chess" "cooking"

A second run continues where the first one ended. A video that cannot be read
is reported, listed in DIR/failed.txt and tried again by the next run.
"""
import argparse
import os
import sys
from itertools import islice
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import torch
from _arguments import (DEFAULT_CONFIG, TCCLIPInferencer, find_videos,
                        load_model, progress, video_parser)

from projects.tc_clip.apis import feature_files as files
from projects.tc_clip.apis.features import (VideoFeatures, batch_features,
                                            feature_names)
from projects.tc_clip.version import __version__


def parse_args(argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = video_parser(__doc__)
    add = parser.add_argument
    add('--out', type=Path, required=True, metavar='DIR')
    add('--what',
        nargs='+',
        choices=VideoFeatures._fields,
        default=['video', 'logits'],
        help='features to write (%(default)s)')
    add('--format',
        choices=[*files.FORMATS],
        default='npz',
        help='a .npz file for each video (default), or tables of '
        f'{files.VIDEOS_PER_PART} videos each')
    add('--stored-dtype',
        choices=['float16', 'float32'],
        default='float32',
        help='type of the numbers in the files (%(default)s)')
    add('--root',
        type=Path,
        metavar='DIR',
        help='features are named by the paths of their videos below this '
        'folder; if not given, the lowest one that holds all of them')
    args = parser.parse_args(argv)
    args.what = [n for n in VideoFeatures._fields if n in args.what]
    return args


def choose_root(args: argparse.Namespace) -> str:
    """Returns the folder to which names of videos are relative."""
    if args.root:
        return os.path.abspath(args.root)
    known = files.read_metadata(args.out).get('root')
    folders = [p if p.is_dir() else p.parent for p in args.videos]
    return known or os.path.commonpath([*map(os.path.abspath, folders)])


def name_videos(videos: Sequence[Path], root: str) -> Dict[str, Path]:
    """Names videos by their paths below a folder; each video occurs once."""
    named = {
        Path(os.path.relpath(os.path.abspath(video), root)): video
        for video in videos
    }
    for name, video in named.items():
        if '..' in name.parts:
            raise SystemExit(
                f'{video} is not below {root}, from which features in --out '
                'are named: choose another --out, or a --root above all '
                'videos in the first run')
    return {name.as_posix(): video for name, video in named.items()}


def metadata_of(inferencer: TCCLIPInferencer, args: argparse.Namespace,
                root: str) -> Dict[str, Any]:
    """Returns all settings that the features depend on, as plain data."""
    config = inferencer.cfg.model.to_dict()
    for name in ('class_names', 'wordings'):
        config['cls_head'].pop(name, None)
    head = inferencer.model.cls_head
    return dict(
        version=__version__,
        config=dict(
            file=str(args.config or args.checkpoint or DEFAULT_CONFIG),
            sha256=files.config_hash(config, inferencer.pipeline_config)),
        checkpoint=dict(
            file=args.checkpoint,
            weights_sha256=files.weights_hash(inferencer.model)),
        class_names=inferencer.class_names,
        wordings=args.wordings,
        scale=torch.as_tensor(head.scale).item(),
        what=args.what,
        dtype=args.stored_dtype,
        format=args.format,
        root=root)


def check_what(inferencer: TCCLIPInferencer, what: Sequence[str]) -> None:
    """Exits if the model does not have the requested features."""
    try:
        given = feature_names(inferencer.model)
    except ValueError as error:
        raise SystemExit(f'extract_features.py: {error}') from error
    missing = [name for name in what if name not in given]
    if missing:
        raise SystemExit(f'--what {" ".join(missing)}: this model has none. '
                         f'It gives {", ".join(given)}')


def read(inferencer: TCCLIPInferencer, videos: Dict[str, Path],
         failed: Dict[str, str]) -> Dict[str, dict]:
    """Reads the clips of videos; records and reports broken videos."""
    clips = {}
    for name, video in videos.items():
        try:
            clips[name] = inferencer.pipeline(str(video))
        # errors of stock decoders have no common class
        except Exception as error:
            failed[name] = ' '.join(str(error).split()) or repr(error)
            print(f'left out: {video}: {failed[name]}', file=sys.stderr)
    return clips


def extract(inferencer: TCCLIPInferencer, videos: Dict[str, Path], store: Any,
            args: argparse.Namespace) -> Dict[str, str]:
    """Writes the features of videos; returns the reason for each failure."""
    failed: Dict[str, str] = {}
    shown = iter(progress([*videos], 'videos', len(videos)))
    try:
        while batch := {n: videos[n] for n in islice(shown, args.batch_size)}:
            clips = read(inferencer, batch, failed)
            found: List[VideoFeatures] = batch_features(
                inferencer, [*clips.values()]) if clips else []
            for name, features in zip(clips, found):
                arrays = {
                    key: getattr(features,
                                 key).numpy().astype(args.stored_dtype)
                    for key in args.what
                }
                store.add(name, videos[name], arrays)
    finally:  # also after an interruption
        store.close()
        files.put_failures(args.out, failed, store.done())
    return failed


def main() -> None:
    """Extracts the features that are missing, and prints counts."""
    args = parse_args()
    root = choose_root(args)
    videos = name_videos(find_videos(args.videos), root)
    store = files.FORMATS[args.format](args.out)
    inferencer = load_model(
        args.config,
        args.checkpoint,
        args,
        args.cfg_options,
        test_views=args.test_views)
    check_what(inferencer, args.what)
    there = store.done()
    files.put_metadata(args.out, metadata_of(inferencer, args, root),
                       bool(there))
    pending = {n: video for n, video in videos.items() if n not in there}
    failed = extract(inferencer, pending, store, args)
    print(f'{args.out}: {len(pending) - len(failed)} videos added, '
          f'{len(videos) - len(pending)} were there, {len(failed)} failed' +
          (f', see {args.out / files.FAILED}' if failed else ''))
    if len(failed) == len(videos):
        raise SystemExit('None of the videos could be read.')


if __name__ == '__main__':
    main()
