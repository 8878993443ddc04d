"""Writes features of videos, for retrieval and probing: docs/features.md.

    python tools/extract_features.py folder/ --out features --config C.py \\
        --checkpoint c.pth
    python tools/extract_features.py folder/ --out features --format parquet \\
        --what video text --labels "playing chess" "cooking"

    bash tools/dist_extract_features.sh folder/ --out features 8

A second run continues where the first one ended. A video that cannot be read
is reported, listed in DIR/failed.txt and tried again by the next run. Several
processes share the videos: see --shard.
"""
import argparse
import os
from itertools import islice
from pathlib import Path
from typing import Any, Dict, Optional, Sequence

import _checkout  # first: Ctrl-C then ends imports with one line
import torch
from _arguments import (DEFAULT_CONFIG, TCCLIPInferencer, find_videos,
                        load_model, video_parser)
from _bulk import Status, add_bulk, report_failure

from projects.tc_clip.apis import feature_files as files
from projects.tc_clip.apis.features import (VideoFeatures, batch_features,
                                            feature_names)
from projects.tc_clip.apis.reading import Clip, read_clips
from projects.tc_clip.apis.run_settings import settings_of


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
    add_bulk(parser)
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
    config = args.config or args.checkpoint or DEFAULT_CONFIG
    return dict(
        settings_of(inferencer, config, args.checkpoint),
        scale=torch.as_tensor(inferencer.model.cls_head.scale).item(),
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


def store_batch(inferencer: TCCLIPInferencer, batch: Dict[str, Any],
                videos: Dict[str, Path], store: Any,
                args: argparse.Namespace) -> None:
    """Writes the features of videos that have been read."""
    found = batch_features(inferencer, [*batch.values()]) if batch else []
    for name, features in zip(batch, found):
        arrays = {
            key: getattr(features, key).numpy().astype(args.stored_dtype)
            for key in args.what
        }
        store.add(name, videos[name], arrays)


def extract(inferencer: TCCLIPInferencer, videos: Dict[str, Path], store: Any,
            args: argparse.Namespace) -> Dict[str, str]:
    """Writes the features of videos; returns the reason for each failure."""
    failed: Dict[str, str] = {}
    names, status = iter(videos), Status(len(videos))
    reads = status.on(
        read_clips(inferencer, [(path, 0) for path in videos.values()],
                   args.workers))
    try:
        while batch := [*islice(zip(names, reads), args.batch_size)]:
            intact = {}
            for name, (video, clip) in batch:
                if isinstance(clip, Clip):
                    intact[name] = clip.inputs
                    continue
                failed[name] = clip.reason
                report_failure(video, clip.reason)
            store_batch(inferencer, intact, videos, store, args)
            status.count(status.done + len(batch))
    finally:  # also after an interruption
        store.close()
        files.put_failures(args.out, failed, store.done(), args.shard)
    if videos:
        print(f'{status.done} videos read, {status}')
    return failed


def check(args: argparse.Namespace, names: Sequence[str], store: Any) -> None:
    """Prints the videos that a run still has to do.

    Args:
        args: the command line.
        names: all videos.
        store: the features.

    Raises:
        SystemExit: there are such videos, or features are damaged.
    """
    there = store.done()
    failed = files.read_failures(args.out).keys() - there
    left = [n for n in names if n not in there and n not in failed]
    damaged = store.damaged()
    print(''.join(f'neither features nor a failure: {name}\n'
                  for name in left) +
          ''.join(f'damaged: {file}: remove it, and run again\n'
                  for file in damaged) +
          f'{args.out}: {len(there.intersection(names))} videos have '
          f'features, {len(failed)} failed, {len(left)} are left')
    if left or damaged:
        raise SystemExit(1)


def run(args: argparse.Namespace, videos: Dict[str, Path], store: Any,
        root: str) -> None:
    """Extracts the features that are missing, and prints counts.

    Args:
        args: the command line.
        videos: the videos by name.
        store: the features.
        root: folder of the names.

    Raises:
        SystemExit: the model gives no such features, features of something
            else are there, or no video can be read.
    """
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
    mine = args.shard.of(sorted(videos))
    pending = {name: videos[name] for name in mine if name not in there}
    failed = extract(inferencer, pending, store, args)
    part = f' ({args.shard})' if args.shard.total > 1 else ''
    print(f'{args.out}{part}: {len(pending) - len(failed)} videos added, '
          f'{len(mine) - len(pending)} were there, {len(failed)} failed' +
          (f', see {args.out / "failed"}*.txt' if failed else ''))
    # torchrun would end the other shards
    if len(failed) == len(videos) and args.shard.total == 1:
        raise SystemExit('None of the videos could be read.')


def main() -> None:
    """Extracts features, or lists the videos that have none.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; the text has what is done.
    """
    args = parse_args()
    root = choose_root(args)
    videos = name_videos(find_videos(args.videos), root)
    store = files.FORMATS[args.format](args.out)
    if args.check:
        check(args, [*videos], store)
        return
    try:
        run(args, videos, store, root)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f'{args.out} holds what is done; the same '
                                'command goes on') from None


if __name__ == '__main__':
    _checkout.run_main(main)
