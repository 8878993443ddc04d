"""Opens videos with decord, and with PyAV where decord would be wrong."""
from typing import Any, Union

from .decord_checks import UnreliableError
from .decord_reader import DecordReader, opened
from .matroska_headers import missing_bytes
from .pyav_reader import PyAVReader, Source
from .rgb_frames import Batches, Frame


class VideoReader(Batches):
    """Random access to the frames of a video, by decord if it is right.

    Frames and times are the same with and without PyAV. Without it, some files
    are errors, and those with open groups of pictures are decoded from their
    start at every step back.

    Args:
        source: file name, or content of a file.
        num_threads: threads of the decoder.

    Raises:
        RuntimeError: the file cannot be opened, or has no frames.
        UnreliableError: only PyAV can read the file, and is not installed.
    """

    def __init__(self, source: Source, num_threads: int = 1) -> None:
        self._source, self._num_threads = source, num_threads
        self.reader: Union[DecordReader, PyAVReader]
        try:
            self.reader = DecordReader(source, num_threads)
        except UnreliableError as error:
            self.reader = self._exact(error)
        except Exception as error:  # a DECORDError; decord may be missing
            if 'cannot find video stream' not in str(error):
                raise
            self.reader = self._exact(
                UnreliableError('has no video that decord can decode'))

    def __len__(self) -> int:
        """Returns the number of frames."""
        return len(self.reader)

    def __getitem__(self, index: int) -> Frame:
        """Returns a frame.

        Args:
            index: its place, from 0.

        Raises:
            IndexError: there is no such frame.
            RuntimeError: the frame cannot be decoded.
        """
        try:
            return self.reader[index]
        except UnreliableError as error:
            self._replace(error)
            return self.reader[index]

    def __getattr__(self, name: str) -> Any:
        """Returns a method of the reader in use."""
        return getattr(self.reader, name)

    def _replace(self, error: UnreliableError) -> None:
        """Uses PyAV from now on, or decord without jumps.

        Args:
            error: what is wrong with the frames of decord.

        Raises:
            RuntimeError: frames were chosen among another number of frames.
        """
        try:
            exact = self._exact(error)
        except UnreliableError:
            self.reader.walk()  # type: ignore[union-attr]
            return
        if len(exact) != len(self):
            raise RuntimeError(f'decord counts {len(self)} frames, but there '
                               f'are {len(exact)}')
        self.reader = exact

    def _exact(self, error: UnreliableError) -> PyAVReader:
        """Opens the file with PyAV.

        Args:
            error: raised if PyAV is not installed.
        """
        try:
            return PyAVReader(self._source, self._num_threads)
        except ImportError:
            raise error from None


def is_cut_off(source: Source) -> bool:
    """Returns whether a file is shorter than its header says.

    Args:
        source: file name, or content of a file.
    """
    with opened(source) as file:
        return missing_bytes(file) > 0
