"""Reads frames by decord, and notices the files of which it reads wrong ones.

decord lists the packets of a file and counts frames from key frames on. Both
go wrong for some files without an error: where an edit list hides frames,
where frames have no times, and where frames refer across key frames (open
groups of pictures). The first two are noticed when a file is opened. At every
jump to a key frame decord compares its time stamp with the expected one, and
jumps elsewhere if they differ: the position after the jump shows it. The
checks decode nothing except the first frame.
"""
import io
from contextlib import contextmanager
from typing import Any, BinaryIO, Iterator, Sequence

import numpy as np

from .decord_checks import (UNKNOWN, UnreliableError, check_bits, check_times,
                            check_track, even_times, without_padding)
from .matroska_headers import picture_bits, picture_delay
from .mp4_headers import mp4_tracks
from .pyav_reader import Source
from .rgb_frames import Frame


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """Opens a file, or its content, for reading bytes."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    else:
        with open(source, 'rb') as file:
            yield file


class DecordReader:
    """Random access to the frames of a video by decord, with checks.

    Args:
        source: file name, or content of a file.
        num_threads: threads of the decoder.

    Raises:
        RuntimeError: decord cannot open the file, or it has no frames.
        UnreliableError: decord would read wrong frames.
    """

    def __init__(self, source: Source, num_threads: int = 1) -> None:
        import decord
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        self._reader = decord.VideoReader(file, num_threads=num_threads)
        self._keys = np.array(self._reader.get_key_indices())
        self._walks = False
        if len(self) == 0:
            raise RuntimeError('it has no frames')
        self._times = self._read_times()
        with opened(source) as content:
            self._check(content)
        if len(self) > 1:
            # decord does not jump to the place where it is already
            self._reader.seek(1)
            self._go_to_key(0)

    def __len__(self) -> int:
        """Returns the number of frames."""
        return len(self._reader)

    def __getitem__(self, index: int) -> Frame:
        """Returns a frame.

        Args:
            index: its place, from 0.

        Raises:
            IndexError: there is no such frame.
            RuntimeError: the frame cannot be decoded.
            UnreliableError: decord would return another frame.
        """
        if not 0 <= index < len(self):
            raise IndexError(f'frame {index} of {len(self)}')
        here = self._position()
        key = self._key_of(index)
        frame = None
        if index < here or self._key_of(here) != key:
            frame = self._go_to_key(key)
        if frame is None or index != key:
            self._forward(index)
            frame = self.next()
            if self._position() != index + 1:
                raise RuntimeError(f'frame {index} cannot be decoded')
        pixels = frame.asnumpy()
        return Frame(pixels if pixels.shape[2] ==
                     3 else without_padding(pixels))

    def get_avg_fps(self) -> float:
        """Returns the mean number of frames in a second."""
        return self._reader.get_avg_fps()

    def get_key_indices(self) -> Sequence[int]:
        """Returns the places of key frames in the order of decoding."""
        return self._keys.tolist()

    def get_frame_timestamp(self, indices: Any) -> np.ndarray:
        """Returns when a player shows frames, in seconds, ``(n, 2)``.

        Args:
            indices: places of the frames, from 0.
        """
        return self._times[np.asarray(indices)]

    def seek(self, index: int) -> None:
        """Goes to the key frame nearest to a frame, without a check."""
        self._reader.seek(index)

    def next(self) -> Any:
        """Returns the next frame, without a check.

        Raises:
            RuntimeError: there is none.
        """
        try:
            return self._reader.next()
        except StopIteration:
            raise RuntimeError('the file ends too early') from None

    def walk(self) -> None:
        """Decodes from the start from now on, and never jumps elsewhere.

        This is right for all files that can be opened, but slow.
        """
        self._walks, self._keys = True, self._keys[:1]
        self._reader.seek(1)
        self._go_to_key(0)

    def _read_times(self) -> np.ndarray:
        """Returns the seconds of all frames by their packets, ``(N, 2)``."""
        seconds = self._reader.get_frame_timestamp(range(len(self)))
        times = seconds.astype(np.float64).round(6)
        if times[-1, 1] <= times[-1, 0]:  # the file has no durations
            times[-1, 1] = times[-1, 0] + 1 / (self.get_avg_fps() or 1.)
        return times

    def _forward(self, index: int) -> None:
        """Goes forward to a frame, which follows the last key frame."""
        if not self._walks:
            self._reader.seek_accurate(index)
        while self._position() < index:
            self.next()

    def _position(self) -> int:
        """Returns the place of the frame that decord would return next."""
        from decord.video_reader import _CAPI_VideoReaderGetCurrentPosition
        return _CAPI_VideoReaderGetCurrentPosition(self._reader._handle)

    def _key_of(self, index: int) -> int:
        """Returns the key frame from which decord decodes a frame."""
        place = int(np.searchsorted(self._keys, index, 'right')) - 1
        return int(self._keys[max(place, 0)])

    def _go_to_key(self, key: int) -> Any:
        """Returns a key frame after a jump to it.

        Args:
            key: its place.

        Raises:
            UnreliableError: the jump ended at another frame.
        """
        self._reader.seek_accurate(key)
        if self._position() != key + 1:
            raise UnreliableError(
                'has frames that refer across key frames (open GOP), or '
                'cannot be searched')
        return self.next()

    def _check(self, content: BinaryIO) -> None:
        """Compares what decord lists with the headers of the file."""
        if content.read(4) == b'RIFF' and self._times.min() < UNKNOWN:
            # AVI stores the order of decoding only, and each packet is a frame
            self._times = even_times(len(self), self.get_avg_fps())
            self._walks, self._keys = True, self._keys[:1]
        check_times(self._times[:, 0], self._keys)
        check_bits(picture_bits(content))
        delay = picture_delay(content)
        tracks = [t for t in mp4_tracks(content) if t.kind in ('vide', 'soun')]
        for track in [t for t in tracks if t.kind == 'vide'][:1]:
            check_track(track, self._times[-1, 0])
            delay = track.delay - min(other.delay for other in tracks)
        self._times += delay
