"""Reads what decord ignores from the headers of MP4 and QuickTime files."""
import os
import struct
from typing import BinaryIO, Iterator, List, NamedTuple, Tuple

Box = Tuple[bytes, int, int]

# Boxes that contain others, on the way to those that are read.
_FOLDERS = b'moov', b'trak', b'edts', b'mdia', b'minf', b'stbl'


class Track(NamedTuple):
    """The header of a track of an MP4 or QuickTime file.

    Attributes:
        kind: ``'vide'`` or ``'soun'``, for example.
        edits: duration and start in the media, in seconds and in units of the
            track; a start of -1 shows nothing for the duration.
        mirrored: whether players mirror the picture.
        bits: bits of a colour value, as far as the header tells; else 8.
    """
    kind: str
    edits: List[Tuple[float, int]]
    mirrored: bool
    bits: int

    @property
    def delay(self) -> float:
        """Seconds before the track begins."""
        waits = []
        for duration, start in self.edits:
            if start >= 0:
                break
            waits.append(duration)
        return sum(waits)

    @property
    def parts(self) -> List[Tuple[float, int]]:
        """The edits that show something."""
        return [edit for edit in self.edits if edit[1] >= 0]


def mp4_tracks(file: BinaryIO) -> List[Track]:
    """Returns the tracks of an MP4 or QuickTime file; none of other files."""
    file.seek(4)
    if file.read(4) not in (b'ftyp', b'moov', b'mdat', b'wide', b'free'):
        return []
    scale, tracks = 0, []
    for kind, start, end in _boxes(file, 0, _size(file)):
        if kind == b'mvhd':
            scale = _time_scale(_read(file, start, end))
        elif kind == b'trak':
            tracks.append(_track(file, start, end, scale or 1000))
    return tracks


def _size(file: BinaryIO) -> int:
    """Returns the number of bytes of a file."""
    return file.seek(0, os.SEEK_END)


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    """Returns a part of a file."""
    file.seek(start)
    return file.read(end - start)


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """Yields the boxes of a part of a file, and those in their folders.

    Args:
        file: the file.
        start: first byte of the part.
        end: byte after the part.

    Yields:
        Name, first byte of the content, and the byte after it. The tracks'
        boxes are not yielded with the file's.
    """
    while start + 8 <= end:
        size, kind = struct.unpack('>I4s', _read(file, start, start + 8))
        content = start + 8
        if size == 1:
            wide = _read(file, content, content + 8)
            size = int.from_bytes(wide, 'big')
            content += 8
        stop = end if size == 0 else start + size
        if stop < content or stop > end:
            return
        yield kind, content, stop
        if kind in _FOLDERS and kind != b'trak':
            yield from _boxes(file, content, stop)
        start = stop


def _time_scale(header: bytes) -> int:
    """Returns the units of a second from a movie's header."""
    place = 20 if header[:1] == b'\x01' else 12
    return int.from_bytes(header[place:place + 4], 'big')


def _track(file: BinaryIO, start: int, end: int, scale: int) -> Track:
    """Reads the header of a track.

    Args:
        file: the file.
        start: first byte of the track.
        end: byte after it.
        scale: units of a second in the durations of edits.
    """
    kind, edits, mirrored, bits = '', [], False, 8
    for name, first, last in _boxes(file, start, end):
        if name == b'tkhd':
            a, b, _, c, d = struct.unpack('>5i',
                                          _read(file, last - 44, last - 24))
            mirrored = a * d - b * c < 0
        elif name == b'elst':
            edits = _edits(_read(file, first, last), scale)
        elif name == b'hdlr' and not kind:
            kind = _read(file, first + 8, first + 12).decode('latin-1')
        elif name == b'stsd':
            bits = bits_of(_read(file, first, min(last, first + 4096)))
    return Track(kind, edits, mirrored, bits)


def _edits(table: bytes, scale: int) -> List[Tuple[float, int]]:
    """Returns durations in seconds and starts of the edits of a track."""
    form = '>QqI' if table[:1] == b'\x01' else '>IiI'
    step = struct.calcsize(form)
    rows = table[8:]
    rows = rows[:len(rows) // step * step]
    return [(duration / scale, start)
            for duration, start, _ in struct.iter_unpack(form, rows)]


def bits_of(entry: bytes) -> int:
    """Returns the bits of a colour value in H.264 and HEVC, else 8.

    Args:
        entry: bytes with a box ``hvcC`` or ``avcC``, not at their beginning.
    """
    place = entry.find(b'hvcC')
    if place > 0 and len(entry) > place + 21:
        return 8 + (entry[place + 21] & 7)
    place = entry.find(b'avcC')
    # profiles of H.264 with more than 8 bits: High 10, 4:2:2, intra
    deep = place > 0 and entry[place + 5:place + 6] in (b'\x6e', b'\x7a')
    return 10 if deep else 8
