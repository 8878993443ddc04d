"""Lets MMEngine write files completely or not at all."""
import os
from pathlib import Path
from typing import Union

from mmengine.fileio import LocalBackend, register_backend

from ..files import replacing


class WholeFileBackend(LocalBackend):
    """MMEngine's backend for local files, on which no file is half-written.

    MMEngine writes a checkpoint into the file that has its final name. If the
    process is killed or the disk is full, a damaged file is left there.
    """

    def put(self, obj: bytes, filepath: Union[str, Path]) -> None:
        """Writes bytes.

        Args:
            obj: content of the file.
            filepath: the file; its folder is made.

        Raises:
            OSError: the file cannot be written. An older one stays.
        """
        with replacing(Path(filepath)) as unfinished:
            with open(unfinished, 'wb') as file:
                file.write(obj)
                file.flush()
                os.fsync(file.fileno())  # or a power cut leaves zeros

    def put_text(self,
                 obj: str,
                 filepath: Union[str, Path],
                 encoding: str = 'utf-8') -> None:
        """Writes text.

        Args:
            obj: content of the file.
            filepath: the file; its folder is made.
            encoding: of the text.

        Raises:
            OSError: the file cannot be written. An older one stays.
        """
        self.put(obj.encode(encoding), filepath)


def write_whole_files() -> None:
    """Makes MMEngine use this backend for local files."""
    register_backend('local', WholeFileBackend, force=True, prefixes='')
