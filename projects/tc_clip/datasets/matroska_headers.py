"""Reads what decord ignores from Matroska, WebM and AVI files."""
import os
import struct
from typing import BinaryIO, Dict, Iterator, Optional, Tuple

from .mp4_headers import bits_of

Element = Tuple[bytes, int, int]

_MAGIC = b'\x1aE\xdf\xa3'
_SEGMENT, _CLUSTER = b'\x18S\x80g', b'\x1fC\xb6u'
_TRACK, _TRACK_NUMBER, _TRACK_TYPE = b'\xae', b'\xd7', b'\x83'
_SCALE, _CLUSTER_TIME = b'*\xd7\xb1', b'\xe7'
_BLOCKS = b'\xa3', b'\xa1'
_CODEC, _CODEC_HEADER = b'\x86', b'c\xa2'
# The box that holds the same header in an MP4 file, by codec.
_BOXES = {b'V_MPEGH/ISO/HEVC': b'hvcC', b'V_MPEG4/ISO/AVC': b'avcC'}
# Elements that contain those that are read.
_FOLDERS = (_SEGMENT, _CLUSTER, _TRACK, b'\x15I\xa9f', b'\x16T\xaek', b'\xa0')
_PICTURE = 1
_MOST_BLOCKS = 10_000


def missing_bytes(file: BinaryIO) -> int:
    """Returns how many bytes a file lacks by its header; 0 if unknown."""
    size = _size(file)
    file.seek(0)
    head = file.read(12)
    if head[:4] == b'RIFF':
        return max(0, struct.unpack('<I', head[4:8])[0] + 8 - size)
    for kind, _, stop in _elements(file, 0, None):
        if kind == _SEGMENT:
            return max(0, stop - size)
    return 0


def picture_delay(file: BinaryIO) -> float:
    """Returns the seconds from the first block of a file to the first picture.

    It is 0 if the file is not a Matroska file, or has no picture.
    """
    number = 0
    kinds: Dict[int, int] = {}
    scale, cluster, first = 1e6, 0, None
    for count, (kind, start,
                stop) in enumerate(_elements(file, 0, _size(file))):
        if kind == _SCALE:
            scale = float(_number(file, start, stop))
        elif kind == _TRACK_NUMBER:
            number = _number(file, start, stop)
        elif kind == _TRACK_TYPE:
            kinds[number] = _number(file, start, stop)
        elif kind == _CLUSTER_TIME:
            cluster = _number(file, start, stop)
        elif kind in _BLOCKS:
            track, after = _variable(file, start)
            file.seek(after)
            time = cluster + struct.unpack('>h', file.read(2))[0]
            first = time if first is None else first
            if kinds.get(track) == _PICTURE:
                return (time - first) * scale * 1e-9
        if count > _MOST_BLOCKS:
            break
    return 0.


def picture_bits(file: BinaryIO) -> int:
    """Returns the bits of a colour value in H.264 and HEVC, else 8."""
    box = b''
    for kind, start, stop in _elements(file, 0, _size(file)):
        if kind == _CODEC:
            file.seek(start)
            box = _BOXES.get(file.read(stop - start), b'')
        elif kind == _CODEC_HEADER and box:
            file.seek(start)
            return bits_of(b'\0' + box + file.read(stop - start))
        elif kind == _CLUSTER:
            break
    return 8


def _size(file: BinaryIO) -> int:
    """Returns the number of bytes of a file."""
    return file.seek(0, os.SEEK_END)


def _number(file: BinaryIO, start: int, stop: int) -> int:
    """Returns an unsigned number that takes up an element."""
    file.seek(start)
    return int.from_bytes(file.read(min(stop - start, 8)), 'big')


def _variable(file: BinaryIO, start: int) -> Tuple[int, int]:
    """Reads a number of variable length.

    Args:
        file: the file.
        start: its first byte.

    Returns:
        The number, -1 if it stands for an unknown size, and the place after
        it; twice -1 at the end of the file.
    """
    file.seek(start)
    first = file.read(1)
    if not first or not first[0]:
        return -1, -1
    length = 9 - first[0].bit_length()
    unknown = (1 << 7 * length) - 1
    value = int.from_bytes(first + file.read(length - 1), 'big') & unknown
    return (-1 if value == unknown else value), start + length


def _elements(file: BinaryIO, start: int,
              end: Optional[int]) -> Iterator[Element]:
    """Yields the elements of a Matroska file, and those inside of folders.

    Args:
        file: the file.
        start: first byte of an element.
        end: byte after the last one; None does not look into folders.

    Yields:
        Identifier, first byte of the content, and the byte after it.
    """
    file.seek(0)
    if file.read(4) != _MAGIC:
        return
    while end is None or start < end:
        file.seek(start)
        first = file.read(1)
        if not first or not first[0]:
            return
        length = 9 - first[0].bit_length()
        kind = first + file.read(length - 1)
        size, content = _variable(file, start + length)
        if content < 0:
            return
        stop = content + size if size >= 0 else (end or content)
        yield kind, content, stop
        # what is in a folder follows its header
        start = content if end is not None and kind in _FOLDERS else stop
