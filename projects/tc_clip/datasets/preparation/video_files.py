"""Finds the videos of a data set, and those that cannot be decoded."""
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

import numpy as np
from mmengine.logging import print_log

from ...processes import Failure, in_processes
from ..video_paths import is_video, search_videos

_MOST_SECONDS = 60.
_NEWS_EVERY = 10_000


def stem_of(path: str) -> str:
    """Returns a video's name without folders and without its suffix."""
    name = PurePosixPath(path)
    return name.stem if is_video(name.name) else name.name


def index_videos(root: Path) -> Dict[str, List[str]]:
    """Finds all videos below a folder, and logs what else is there.

    Args:
        root: folder of the data set.

    Returns:
        Paths of the videos relative to ``root``, by stem.
    """
    index = defaultdict(list)
    found = search_videos(root)
    if found.skipped:
        print_log(f'{root}: skipped files: {found.note()}')
    for video in found.videos:
        index[stem_of(video.name)].append(video.relative_to(root).as_posix())
    return dict(index)


def match_video(listed: str, index: Mapping[str, List[str]]) -> Optional[str]:
    """Finds the video that a list or an annotation means, by its stem.

    If several share the stem, the one whose path ends as listed is taken.

    Args:
        listed: a path or name, with or without suffix.
        index: output of ``index_videos``.

    Returns:
        The path relative to the data set's folder, or None.

    Raises:
        ValueError: several videos fit, or the path has a space.
    """
    found = index.get(stem_of(listed), [])
    if len(found) > 1:
        found = [path for path in found if f'/{path}'.endswith(f'/{listed}')]
        if len(found) != 1:
            raise ValueError(
                f'{listed} may be any of {sorted(index[stem_of(listed)])}: '
                'keep one of them below the folder of the data set')
    if found and len(found[0].split()) > 1:
        raise ValueError(
            f"{found[0]!r} has a space, which MMAction2's lists cannot hold: "
            'rename such folders and files, see docs/data.md')
    return found[0] if found else None


def decode_middle(path: str) -> str:
    """Decodes a video's middle frame.

    Args:
        path: the video file.

    Returns:
        What is wrong with the video, or '' if nothing is.
    """
    from ..safe_decode import (BrokenVideoError, SafeDecordDecode,
                               SafeDecordInit)
    try:
        results = SafeDecordInit()(dict(filename=path))
        results['frame_inds'] = np.array([results['total_frames'] // 2])
        SafeDecordDecode()(results)
    except BrokenVideoError as error:
        return error.reason
    return ''


def _problem(path: str) -> Iterator[str]:
    """Yields what is wrong with a video, see :func:`decode_middle`."""
    yield decode_middle(path)


def decode_each(paths: Sequence[str],
                workers: int) -> Iterator[Tuple[str, str]]:
    """Decodes one frame of each video, in several processes.

    A video that ends or blocks its process counts as broken.

    Args:
        paths: files to decode.
        workers: number of processes.

    Yields:
        A file, and what is wrong with it; '' if nothing is.
    """
    checked = in_processes(_problem, paths, workers, _MOST_SECONDS)
    for number, (path, problem) in enumerate(checked, 1):
        if number % _NEWS_EVERY == 0:
            print_log(f'{len(paths) - number} videos left to decode')
        is_lost = isinstance(problem, Failure)
        yield path, problem.reason if is_lost else problem


def decode_errors(paths: Sequence[str], workers: int) -> Dict[str, str]:
    """Returns what is wrong with each broken video, see decode_each."""
    return {
        path: problem
        for path, problem in decode_each(paths, workers) if problem
    }
