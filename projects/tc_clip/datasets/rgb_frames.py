"""Turns frames of PyAV into RGB, as the command ffmpeg does."""
from typing import Any, List, Sequence, Tuple

import numpy as np

INSTALL = 'pip install av'


def import_av() -> Any:
    """Returns the module ``av``.

    Raises:
        ImportError: PyAV is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise ImportError(f'PyAV is not installed: {INSTALL}') from error
    return av


class Frame:
    """A decoded frame with the interface of a decord frame.

    Args:
        pixels: RGB, ``(H, W, 3)`` uint8.
    """

    def __init__(self, pixels: np.ndarray) -> None:
        self.pixels = pixels

    def asnumpy(self) -> np.ndarray:
        """Returns a copy of the pixels."""
        return self.pixels.copy()


class Batches:
    """Mixin that reads several frames of a reader at once, like decord."""

    def __getitem__(self, index: int) -> Frame:
        """Returns a frame."""
        raise NotImplementedError

    def get_batch(self, indices: Sequence[int]) -> Frame:
        """Returns frames as an array ``(n, H, W, 3)``.

        Args:
            indices: their places, from 0, in any order.
        """
        return Frame(np.stack([self[int(i)].pixels for i in indices]))


def orientation(matrix: Tuple[int, ...]) -> List[Tuple[str, str]]:
    """Returns the FFmpeg filters that apply a display matrix.

    Args:
        matrix: the nine numbers of an MP4 display matrix. Turns by other
            angles than 90, 180 and 270 degrees are left out.

    Returns:
        Name and options of each filter.
    """
    a, b, _, c, d = matrix[:5]
    if a and d and not b and not c:
        filters = [('hflip', '')] if a < 0 else []
        return filters + ([('vflip', '')] if d < 0 else [])
    if b and c and not a and not d:
        filters = [('transpose', 'cclock_flip')]  # swaps rows and columns
        filters += [('hflip', '')] if c < 0 else []
        return filters + ([('vflip', '')] if b < 0 else [])
    return []


class RGBConverter:
    """Turns decoded frames into upright RGB, as the command ffmpeg does."""

    def __init__(self) -> None:
        self._graph: Any = None
        self._made_for: Any = None

    def __call__(self, frame: Any) -> np.ndarray:
        """Returns the pixels of an ``av.VideoFrame``, ``(H, W, 3)`` uint8."""
        kind = frame.width, frame.height, frame.format.name, _matrix(frame)
        if kind != self._made_for:
            self._graph, self._made_for = _graph(frame, *kind), kind
        self._graph.push(frame)
        return self._graph.pull().to_ndarray()


def _matrix(frame: Any) -> Tuple[int, ...]:
    """Returns the display matrix of a frame; the identity if it has none."""
    data = frame.side_data.get('DISPLAYMATRIX')
    if data is None:
        return 1, 0, 0, 0, 1, 0, 0, 0, 1
    return tuple(np.frombuffer(data, np.int32).tolist())


def _graph(frame: Any, width: int, height: int, pixels: str,
           matrix: Tuple[int, ...]) -> Any:
    """Builds the filters for frames of one size and pixel format."""
    graph = import_av().filter.Graph()
    nodes = [
        graph.add_buffer(
            width=width,
            height=height,
            format=pixels,
            time_base=frame.time_base)
    ]
    filters = [*orientation(matrix), ('format', 'rgb24'), ('buffersink', '')]
    for name, options in filters:
        nodes.append(graph.add(name, options))
        nodes[-2].link_to(nodes[-1])
    graph.configure()
    return graph
