"""Decord transforms whose errors name the broken video and what to do.

decord limits its retries at the end of a stream, so a damaged file gives an
error within milliseconds. ``DECORD_EOF_RETRY_MAX`` is not changed: it limits
the turns of a waiting loop, and 100 turns are too few for some intact H.264
files.
"""
import hashlib
import logging
import multiprocessing
import os.path as osp
import re
import sys
from typing import Any, Dict, List, Optional, Sequence, Tuple, Type

import numpy as np
from mmaction.datasets.transforms import DecordDecode, DecordInit
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.fileio import FileClient
from mmengine.logging import print_log

from .pyav_reader import Source
from .time_limit import time_limit
from .unreadable_files import Trouble, decoding_trouble, trouble_of
from .video_reader import VideoReader, is_cut_off

_INSTEAD = {
    'redraw': 'another video is drawn in its place',
    'blank': 'a black clip is scored in its place',
}
_MOST = 1 << 16
# The number of broken files so far, then a hash of each. Forked loader workers
# share it, also if they are started in a later epoch.
_BROKEN = multiprocessing.Array('Q', 1 + _MOST)


class BrokenVideoError(RuntimeError):
    """A video that cannot be read.

    Args:
        filename: the file.
        reason: what is wrong with it.
        advice: what to do about it.
    """

    def __init__(self, filename: str, reason: str, advice: str) -> None:
        super().__init__(f'{filename} {reason}: {advice}')
        self.reason = reason


class NotAVideoError(RuntimeError):
    """A file that is not a video, as its first bytes show.

    Args:
        trouble: what it is.
    """

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.reason)
        self.trouble = trouble


class BlankFrames:
    """Black frames in place of the output of a decord reader.

    Args:
        shape: shape of the array.
    """

    def __init__(self, shape: Tuple[int, ...]) -> None:
        self.shape = shape

    def asnumpy(self) -> np.ndarray:
        """Returns the frames as zeros of uint8."""
        return np.zeros(self.shape, dtype=np.uint8)


class BlankReader:
    """Stand-in for a decord reader; all its frames are black."""

    frame_shape = (256, 256, 3)

    def __getitem__(self, index: int) -> BlankFrames:
        """Returns one black frame, ``(256, 256, 3)``."""
        return self.next()

    def get_batch(self, indices: Sequence[int]) -> BlankFrames:
        """Returns black frames, ``(len(indices), 256, 256, 3)``."""
        return BlankFrames((len(indices), *self.frame_shape))

    def seek(self, index: int) -> None:
        """Does nothing: all frames are the same."""

    def next(self) -> BlankFrames:
        """Returns one black frame, ``(256, 256, 3)``."""
        return BlankFrames(self.frame_shape)


def _read_errors() -> Tuple[Type[Exception], ...]:
    """Returns the errors of readers and file backends for broken videos."""
    readers = (('decord', 'DECORDError'), ('av', 'FFmpegError'))
    used = ((sys.modules.get(name), error) for name, error in readers)
    found = (getattr(module, error) for module, error in used if module)
    return (OSError, RuntimeError, *found)


def _reason(error: Exception) -> str:
    """Returns the kind of an error and the first line of its message."""
    first = (str(error).strip().splitlines() or [''])[0]
    # decord puts '[time] source:line: ' in front, sometimes twice
    return f'{type(error).__name__}: ' + re.sub(r'\[[\d:]+\] \S+: ', '', first)


def _trouble(error: Exception) -> Trouble:
    """Returns what is wrong with a file by the error of its reader."""
    if isinstance(error, NotAVideoError):
        return error.trouble
    return decoding_trouble(_reason(error), error)


def count_once(filename: str) -> int:
    """Counts a broken file unless it was counted before.

    Forked processes share the count; spawned ones count separately.

    Args:
        filename: the broken file.

    Returns:
        The number of broken files so far; 0 if this one was counted before.
    """
    digest = hashlib.blake2b(filename.encode(), digest_size=8).digest()
    key = int.from_bytes(digest, 'little')
    with _BROKEN.get_lock():
        table = np.frombuffer(memoryview(_BROKEN.get_obj()), dtype=np.uint64)
        count = int(table[0])
        if count < _MOST and key not in table[1:count + 1]:
            table[0], table[count + 1] = count + 1, key
            return count + 1
    return 0


class _SafeTransform(BaseTransform):
    """Mixin that handles unreadable videos by the rule of ``on_error``.

    A video that blocks its decoder ends the loader worker, see
    :func:`time_limit`.
    """

    def __init__(self,
                 *args: Any,
                 on_error: str = 'raise',
                 **kwargs: Any) -> None:
        choices = ['raise', *_INSTEAD]
        if on_error not in choices:
            raise ValueError(
                f'on_error must be one of {choices}, but is {on_error!r}.')
        super().__init__(*args, **kwargs)
        self.on_error = on_error

    def transform(self, results: Dict) -> Optional[Dict]:
        """Returns the results, or None to draw another video."""
        if 'filename' not in results and {'array', 'imgs'} & results.keys():
            return results
        try:
            with time_limit(results['filename']):
                return super().transform(results)
        except _read_errors() as error:
            filename, trouble = results['filename'], _trouble(error)
            if self.on_error == 'raise':
                raise BrokenVideoError(filename,
                                       f'cannot be read ({trouble.reason})',
                                       trouble.advice) from error
        self._name_once(filename, trouble.reason)
        if self.on_error == 'redraw':
            return None
        results['broken'] = f'{trouble.reason}: {trouble.advice}'
        return self._blank(results)

    def _name_once(self, filename: str, reason: str) -> None:
        """Logs a broken file the first time that it is read."""
        count = count_once(filename)
        if count:
            print_log(
                f'{filename} cannot be read ({reason}): '
                f'{_INSTEAD[self.on_error]}. Broken files so far: {count}.',
                logger='current',
                level=logging.WARNING)

    def _blank(self, results: Dict) -> Dict:
        """Returns the results of the transform for a black video."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f'{super().__repr__()[:-1]}, on_error={self.on_error!r})'


@TRANSFORMS.register_module()
class SafeDecordInit(_SafeTransform, DecordInit):
    """Opens a video with decord, and handles broken files.

    Where decord would read other frames than FFmpeg, PyAV reads the file, or
    an error says that PyAV is needed: see docs/decoding.md. A file that is
    shorter than its header says is read, with a warning.

    Files on disk are opened by name: given their bytes, as ``DecordInit``
    gives them, decord crashes the process on some truncated AVI, MKV and WebM
    files. By name it reads the intact part, or raises an error.

    Results without a file that have frames already, as ``array`` or ``imgs``,
    pass unchanged: MMAction2's long_video_demo and webcam_demo give frames to
    the other steps of a pipeline.

    Required keys:

        - filename

    Added keys:

        - video_reader
        - total_frames
        - avg_fps
        - broken: what is wrong with the file; only if a black video stands in
          its place

    Args:
        on_error: ``'raise'`` an error that names the file; ``'redraw'`` (for
            training) returns None, so that the dataset draws another video;
            ``'blank'`` goes on with a black video of one frame, and sets
            ``broken`` to what is wrong. The last two warn once for each file.
        *args: positional options of ``DecordInit``.
        **kwargs: other options of ``DecordInit``.

    Raises:
        ValueError: ``on_error`` is unknown.
        BrokenVideoError: at the call, where ``on_error='raise'``.
    """

    def _get_video_reader(self, filename: str) -> Any:
        """Opens a video that has frames."""
        source = self._source(filename)
        reader = self._open(source)
        if is_cut_off(source) and count_once(filename):
            print_log(
                f'{filename} is cut off: it is read up to its end, '
                f'{len(reader)} frames.',
                logger='current',
                level=logging.WARNING)
        return reader

    def _open(self, source: Source) -> Any:
        """Opens a file, or its content."""
        return VideoReader(source, self.num_threads)

    def _source(self, filename: str) -> Source:
        """Returns the name of a file on disk, else its content."""
        if not osp.splitext(filename)[1] and not osp.exists(filename):
            filename += '.mp4'  # as DecordInit does
        if self.io_backend == 'disk':
            trouble = trouble_of(filename)
            if trouble:
                raise NotAVideoError(trouble)
            return filename
        if self.file_client is None:  # type: ignore[has-type]
            self.file_client = FileClient(self.io_backend, **self.kwargs)
        return bytes(self.file_client.get(filename))

    def _blank(self, results: Dict) -> Dict:
        """Returns a black video of one frame and unknown frame rate."""
        results.update(video_reader=BlankReader(), total_frames=1, avg_fps=0.0)
        return results


@TRANSFORMS.register_module()
class SafeDecordDecode(_SafeTransform, DecordDecode):
    """Decodes frames with decord, and handles broken files.

    Each frame is decoded once and in order of time, whatever the order of the
    views: to go back, a reader starts again at a key frame. The frames are
    those that FFmpeg shows. Those of ``DecordDecode`` differ where decord
    loses count, for example where frames refer across key frames.

    Results without a file pass unchanged as in ``SafeDecordInit``.

    Required keys:

        - video_reader
        - frame_inds
        - filename

    Added keys:

        - imgs
        - original_shape
        - img_shape
        - frame_times: seconds at which a player shows the frames, ``(n, )``
          float32; only if the reader knows them

    Args:
        on_error: as in ``SafeDecordInit``.
        *args: positional options of ``DecordDecode``.
        **kwargs: other options of ``DecordDecode``.

    Raises:
        ValueError: ``on_error`` is unknown.
        BrokenVideoError: at the call, where ``on_error='raise'``.
    """

    def transform(self, results: Dict) -> Optional[Dict]:
        """Decodes frames; returns None to draw another video."""
        reader: Any = results.get('video_reader')
        decoded = super().transform(results)
        if decoded is not None and hasattr(reader, 'get_frame_timestamp'):
            times = reader.get_frame_timestamp(np.ravel(decoded['frame_inds']))
            decoded['frame_times'] = times[:, 0].astype(np.float32)
        return decoded

    def _decord_load_frames(self, container: Any,
                            frame_inds: np.ndarray) -> List[np.ndarray]:
        """Returns the frames, one array each."""
        if self.mode == 'efficient':
            return super()._decord_load_frames(container, frame_inds)
        frames = [np.empty(0)] * len(frame_inds)
        # One at a time: a batch would be in memory twice, once in decord.
        for index in np.unique(frame_inds).tolist():
            frame = container[index]
            for place in np.flatnonzero(frame_inds == index):
                frames[place] = frame.asnumpy()
        return frames

    def _blank(self, results: Dict) -> Dict:
        """Returns black frames in place of the requested ones."""
        results['video_reader'] = BlankReader()
        return DecordDecode.transform(self, results)
