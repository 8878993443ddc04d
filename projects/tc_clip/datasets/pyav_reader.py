"""Reads single frames of a video exactly as FFmpeg decodes them, by PyAV.

The frames of a file are those that FFmpeg gives when it decodes the file from
its start to its end: frames that an edit list hides do not count, nor frames
that cannot be decoded because the file was cut in front of them.
"""
import io
from typing import Any, Iterator, List, NamedTuple, Optional, Sequence, Union

import numpy as np

from .rgb_frames import Batches, Frame, RGBConverter, import_av

Source = Union[str, bytes]

# Only some packets of MPEG program streams have a time; after a jump, FFmpeg
# guesses those of the others.
_NEVER_SEARCHED = ('mpeg', )


class Packet(NamedTuple):
    """What the list of frames needs of a packet.

    Attributes:
        pts: time stamp in units of the stream; None if the file has none.
        duration: in the same units; 0 if unknown.
        is_key: whether decoding can begin here.
        is_hidden: whether an edit list hides the frame.
    """
    pts: Optional[int]
    duration: int
    is_key: bool
    is_hidden: bool


class FrameTable(NamedTuple):
    """The frames of a video, in the order in which they are shown.

    Attributes:
        stamps: time stamps in units of the stream, ``(N, )``; empty if frames
            can only be told by counting from the start.
        keys: stamps of the frames at which decoding can begin, in order.
        times: first and last second at which a player shows each frame,
            ``(N, 2)``.
    """
    stamps: np.ndarray
    keys: np.ndarray
    times: np.ndarray


class PyAVReader(Batches):
    """Random access to the frames of a video, with decord's interface.

    Opening reads all packets, but decodes only files without usable time
    stamps. A frame is found by its time stamp, never by counting from a key
    frame.

    Args:
        source: file name, or content of a file.
        num_threads: threads of the decoder.

    Raises:
        ImportError: PyAV is not installed.
        RuntimeError: the file has no video, or no frames.
    """

    def __init__(self, source: Source, num_threads: int = 1) -> None:
        self._source, self._num_threads = source, num_threads
        self._convert = RGBConverter()
        self._place = 0
        self._open()
        self.table = self._find_frames()
        if not len(self.table.times):
            raise RuntimeError('it has no frames that can be decoded')
        self._open()

    def __len__(self) -> int:
        """Returns the number of frames."""
        return len(self.table.times)

    def __getitem__(self, index: int) -> Frame:
        """Returns a frame.

        Args:
            index: its place, from 0.

        Raises:
            IndexError: there is no such frame.
            RuntimeError: the frame cannot be decoded.
        """
        if not 0 <= index < len(self):
            raise IndexError(f'frame {index} of {len(self)}')
        find = self._by_stamp if len(self.table.stamps) else self._by_count
        return Frame(self._convert(find(index)))

    def seek(self, index: int) -> None:
        """Chooses the frame that ``next`` returns."""
        self._place = index

    def next(self) -> Frame:
        """Returns the frame after the last one, or the chosen one."""
        self._place += 1
        return self[self._place - 1]

    def get_avg_fps(self) -> float:
        """Returns the mean number of frames in a second; 0 if unknown."""
        return float(self._stream.average_rate or 0)

    def get_frame_timestamp(self, indices: Any) -> np.ndarray:
        """Returns when a player shows frames, in seconds, ``(n, 2)``.

        Args:
            indices: places of the frames, from 0.
        """
        return self.table.times[np.asarray(indices)]

    def _open(self) -> None:
        """Opens the file at its start."""
        av = import_av()
        source = self._source
        self._container = av.open(
            io.BytesIO(source) if isinstance(source, bytes) else source)
        if not self._container.streams.video:
            raise RuntimeError('it has no video')
        self._stream = self._container.streams.best('video')
        self._stream.codec_context.thread_count = self._num_threads
        self._frames = self._decode(None)
        self._next, self._last = 0, -float('inf')

    def _decode(self, key: Optional[int]) -> Iterator[Any]:
        """Decodes frames from the next key frame, or from the start.

        Args:
            key: the time stamp at or before which to begin; None begins at
                once.

        Yields:
            Decoded frames; nothing if the next key frame is behind ``key``.
        """
        for packet in self._container.demux(self._stream):
            if key is not None:
                if not packet.is_keyframe:
                    continue
                if packet.pts is None or packet.pts > key:
                    return
                key = None
            yield from packet.decode()

    def _find_frames(self) -> FrameTable:
        """Lists the frames by their packets, or by decoding them."""
        packets = [
            Packet(p.pts, p.duration or 0, p.is_keyframe, p.is_discard)
            for p in self._container.demux(self._stream) if p.size
        ]
        if _are_usable(packets) and not self._has_guessed_times():
            shown = sorted(
                (p.pts or 0, p.duration) for p in packets if not p.is_hidden)
            stamps = [pts for pts, _ in shown]
            keys = sorted(p.pts or 0 for p in packets if p.is_key)
            return FrameTable(
                np.array(stamps), np.array(keys),
                self._times(stamps, shown[-1][1]))
        self._open()
        decoded = [(f.pts, f.duration or 0) for f in self._frames]
        if self._has_guessed_times():
            decoded = [(None, 0) for _ in decoded]
        last = decoded[-1][1] if decoded else 0
        times = self._times([stamp for stamp, _ in decoded], last)
        return FrameTable(np.empty(0), np.empty(0), times)

    def _has_guessed_times(self) -> bool:
        """Returns whether the format stores only the order of decoding."""
        reordered = self._stream.codec_context.has_b_frames
        return self._container.format.name == 'avi' and bool(reordered)

    def _times(self, stamps: Sequence[Optional[int]], last: int) -> np.ndarray:
        """Returns the seconds ``(N, 2)`` at which frames are shown.

        Args:
            stamps: time stamps; None where the file has none.
            last: duration of the last frame; 0 if unknown.
        """
        rate = self.get_avg_fps() or 1.
        unit = float(self._stream.time_base)
        start = (self._container.start_time or 0) * 1e-6
        times: List[float] = []
        for stamp in stamps:
            after = times[-1] + 1 / rate if times else 0.
            times.append(after if stamp is None else stamp * unit - start)
        ends = times[1:] + [t + (last * unit or 1 / rate) for t in times[-1:]]
        return np.array([times, ends]).T

    def _by_count(self, index: int) -> Any:
        """Decodes a frame by counting from the start of the file."""
        if index < self._next:
            self._open()
        for frame in self._frames:
            self._next += 1
            if self._next > index:
                return frame
        raise RuntimeError(f'frame {index} cannot be decoded')

    def _by_stamp(self, index: int) -> Any:
        """Decodes a frame by its time stamp."""
        stamp = int(self.table.stamps[index])
        place = int(np.searchsorted(self.table.keys, stamp, 'right')) - 1
        jumps = self._container.format.name not in _NEVER_SEARCHED
        if jumps and not self.table.keys[place] <= self._last < stamp:
            self._seek(place)
        elif self._last >= stamp:
            self._open()
        frame = self._find(stamp)
        if frame is None:  # where a format is searched, stamps may be guessed
            self._open()
            frame = self._find(stamp)
        if frame is None:
            raise RuntimeError(f'frame {index} cannot be decoded')
        return frame

    def _find(self, stamp: int) -> Any:
        """Decodes until a time stamp; None if no frame has it."""
        for frame in self._frames:
            self._last = stamp if frame.pts is None else frame.pts
            if self._last >= stamp:
                return frame if frame.pts == stamp else None
        return None

    def _seek(self, place: int) -> None:
        """Goes to a key frame, or an earlier one if the format cannot."""
        keys = self.table.keys
        for earlier in (place, place - 1):
            if earlier < 0:
                break
            self._container.seek(int(keys[earlier]), stream=self._stream)
            frames = self._decode(int(keys[place]))
            first = next(frames, None)
            if first is not None:
                self._frames = _again(first, frames)
                return
        self._open()


def _again(first: Any, others: Iterator[Any]) -> Iterator[Any]:
    """Puts an item back in front of the others."""
    yield first
    yield from others


def _are_usable(packets: List[Packet]) -> bool:
    """Returns whether the frames of packets can be found by time stamps."""
    stamps = [packet.pts for packet in packets]
    shown = [p.pts for p in packets if p.pts is not None and not p.is_hidden]
    if not shown or None in stamps or not packets[0].is_key:
        return False
    # Frames in front of the first key frame in time cannot be decoded, unless
    # an edit list hides them anyway.
    is_cut = not packets[0].is_hidden and min(shown) < shown[0]
    return len({*shown}) == len(shown) and not is_cut
