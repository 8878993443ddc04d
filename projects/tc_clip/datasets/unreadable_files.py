"""Says why a file is not a video, and what to do."""
import os
import stat
from typing import NamedTuple, Optional

_PICTURES = {
    b'\x89PNG': 'PNG',
    b'\xff\xd8\xff': 'JPEG',
    b'GIF8': 'GIF',
    b'BM': 'BMP',
}
_AGAIN = 'copy or download it again'
_CONVERT = 'convert it to a video, such as MP4, or leave it out'
_ENCODE = 're-encode the file'


class Trouble(NamedTuple):
    """What is wrong with a file.

    Attributes:
        reason: what it is.
        advice: what to do.
    """
    reason: str
    advice: str


def trouble_of(filename: str) -> Optional[Trouble]:
    """Looks at a file without decoding it.

    Args:
        filename: a path on this machine.

    Returns:
        What is wrong with it; None if it may be a video, which only decoding
        shows.
    """
    try:
        status = os.stat(filename)
    except FileNotFoundError:
        return Trouble('there is no such file',
                       'correct its path, or leave it out')
    except (OSError, ValueError) as error:
        return Trouble(
            getattr(error, 'strerror', None) or str(error), 'correct its path')
    if stat.S_ISDIR(status.st_mode):
        return Trouble('it is a folder', 'name the files in it')
    if not stat.S_ISREG(status.st_mode):
        return Trouble('it is not a regular file, but a pipe or a device',
                       'save its content to a file')
    if not status.st_size:
        return Trouble('it is empty', _AGAIN)
    return _by_content(filename)


def _by_content(filename: str) -> Optional[Trouble]:
    """Looks at the first bytes of a regular file."""
    try:
        with open(filename, 'rb') as file:
            start = file.read(512)
    except OSError as error:
        return Trouble(
            error.strerror or str(error), 'allow reading it (chmod +r)')
    for mark, kind in _PICTURES.items():
        if start.startswith(mark):
            return Trouble(f'it is a picture ({kind})', _CONVERT)
    if start[:4] == b'RIFF' and start[8:12] == b'WEBP':
        return Trouble('it is a picture (WebP)', _CONVERT)
    if start.startswith(b'version https://git-lfs'):
        return Trouble('it is a pointer of git-lfs', 'run `git lfs pull`')
    if _is_text(start):
        return Trouble('it is text, not a video', _AGAIN)
    return None


def _is_text(start: bytes) -> bool:
    """Returns whether bytes are printable ASCII, with line breaks and tabs."""
    return all(32 <= byte < 127 or byte in b'\t\n\r' for byte in start)


def decoding_trouble(reason: str, error: Exception) -> Trouble:
    """Explains the error of a decoder.

    Args:
        reason: its first line.
        error: the error, maybe with an attribute ``advice``.
    """
    if 'it has no video' in reason:
        return Trouble('it has no video, only sound or nothing',
                       'leave it out')
    if reason.startswith(('RuntimeError: Error reading', 'InvalidDataError')):
        return Trouble('it is cut off, damaged, or not a video', _AGAIN)
    return Trouble(reason, getattr(error, 'advice', _ENCODE))
