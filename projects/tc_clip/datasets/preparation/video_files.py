"""Finds the videos of a data set, and those that cannot be decoded."""
import time
from collections import defaultdict, deque
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection, wait
from pathlib import Path, PurePosixPath
from typing import Dict, List, Mapping, Optional, Sequence

import numpy as np
from mmengine.logging import print_log

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


def _serve(pipe: Connection) -> None:
    """Receives paths, and sends what is wrong with each video."""
    while True:
        pipe.send(decode_middle(pipe.recv()))


class _Decoder:
    """A process that decodes videos, some of which may kill it.

    ``ProcessPoolExecutor`` would fail as a whole when one process is killed,
    and could not stop a process that a video blocks.
    """

    def __init__(self) -> None:
        self.pipe, theirs = Pipe()
        self._process = Process(target=_serve, args=(theirs, ), daemon=True)
        self._process.start()
        theirs.close()  # so that the pipe ends with the process
        self.path, self.deadline = '', 0.

    def begin(self, path: str) -> None:
        """Sends the process a video to decode."""
        self.path, self.deadline = path, time.monotonic() + _MOST_SECONDS
        self.pipe.send(path)

    def is_done(self) -> bool:
        """Returns whether there is a result, or the time is up."""
        return self.pipe.poll() or time.monotonic() >= self.deadline

    def end(self) -> str:
        """Returns what is wrong with the video; stops without a result."""
        try:
            if self.pipe.poll():
                return self.pipe.recv()
            self.stop()
            return f'takes more than {_MOST_SECONDS:.0f} s to decode'
        except EOFError:
            self.stop()
            return ('ends the process that decodes it, with status '
                    f'{self._process.exitcode}')

    def stop(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


def decode_errors(paths: Sequence[str], workers: int) -> Dict[str, str]:
    """Decodes one frame of each video, in several processes.

    A video that kills or blocks its process counts as an error.

    Args:
        paths: files to decode.
        workers: number of processes.

    Returns:
        What is wrong with each broken video.
    """
    errors: Dict[str, str] = {}
    waiting = deque(paths)
    idle = [_Decoder() for _ in range(min(workers, len(paths)))]
    busy: List[_Decoder] = []
    while waiting or busy:
        while waiting and idle:
            idle[-1].begin(waiting.popleft())
            busy.append(idle.pop())
            if waiting and len(waiting) % _NEWS_EVERY == 0:
                print_log(f'{len(waiting)} videos left to decode')
        wait([decoder.pipe for decoder in busy], timeout=1)
        for decoder in [decoder for decoder in busy if decoder.is_done()]:
            reason = decoder.end()
            if reason:
                errors[decoder.path] = reason
            busy.remove(decoder)
            idle.append(_Decoder() if decoder.pipe.closed else decoder)
    for decoder in idle:
        decoder.stop()
    return errors
