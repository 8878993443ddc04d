"""Transforms that read all videos with PyAV, and name broken ones."""
from typing import Any

from mmaction.registry import TRANSFORMS

from .pyav_reader import PyAVReader, Source
from .rgb_frames import import_av
from .safe_decode import SafeDecordDecode, SafeDecordInit


@TRANSFORMS.register_module()
class SafePyAVInit(SafeDecordInit):
    """Opens a video with PyAV, and handles broken files.

    Keys and options are those of ``SafeDecordInit``.

    Args:
        *args: positional options of ``SafeDecordInit``.
        **kwargs: other options of ``SafeDecordInit``.

    Raises:
        ImportError: PyAV is not installed.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        import_av()
        super().__init__(*args, **kwargs)

    def _open(self, source: Source) -> PyAVReader:
        """Opens a file, or its content."""
        return PyAVReader(source, self.num_threads)


@TRANSFORMS.register_module()
class SafePyAVDecode(SafeDecordDecode):
    """Decodes frames of ``SafePyAVInit``, and handles broken files.

    Keys and options are those of ``SafeDecordDecode``.
    """
