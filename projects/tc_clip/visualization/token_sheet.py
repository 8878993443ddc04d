"""Arranges drawings of tokens as a sheet (PNG) and as a video (mp4)."""
from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..clip.towers import layer_indices
from ..files import replacing
from .mp4_writer import write_frames
from .sheet_figure import TILE, Strip, draw_strips, frame_names
from .token_maps import draw_attention, draw_groups, draw_seeds, enlarge
from .token_records import ViewRecord

MOST_FRAMES = 16
_COLUMNS = 8  # more could not be read on a page
_SHEET_DPI, _VIDEO_DPI = 100, 140
_INPUT = 'input'
_FPS = 1., 4.  # slowest and fastest


class ModelView(NamedTuple):
    """The record of a model, and the layers to show.

    Attributes:
        title: text above its drawings.
        record: record of a clip.
        layers: layers to show, 1-based, -1 is the last.
    """
    title: str
    record: ViewRecord
    layers: Sequence[int] = (-1, )


class Row(NamedTuple):
    """One drawing of every frame.

    Attributes:
        label: what it shows.
        frames: the drawings ``(T, H, W, 3)`` uint8 RGB.
        most: see :class:`Strip`.
    """
    label: str
    frames: np.ndarray
    most: Optional[float] = None


def layer_rows(record: ViewRecord,
               layer: int,
               dpi: int = _SHEET_DPI) -> List[Row]:
    """Draws a layer: seed and context tokens, if it has any, and attention.

    Args:
        record: record of a clip.
        layer: number of the layer, 1-based.
        dpi: pixels of an inch.
    """
    frames = enlarge(record.frames, int(TILE * dpi))
    maps = record.layers[layer - 1]
    rows = []
    if maps.groups is not None:
        rows += [
            Row('seed tokens', draw_seeds(frames, maps.groups)),
            Row(f'{maps.groups.max() + 1} context tokens',
                draw_groups(frames, maps.groups))
        ]
    heat = draw_attention(frames, maps.attention)
    return rows + [Row('CLS attention', heat, float(maps.attention.max()))]


def chosen_layers(view: ModelView) -> List[int]:
    """Returns the layers of a view, 1-based and in order.

    Args:
        view: record of a model and the layers to show.

    Raises:
        ValueError: a layer does not exist.
    """
    return layer_indices(view.layers, len(view.record.layers), 'layers')


def count_frames(views: Sequence[ModelView]) -> int:
    """Returns the number of frames of the clips.

    Args:
        views: records of the models.

    Raises:
        ValueError: the clips do not have the same number of frames.
    """
    first = views[0]
    for view in views[1:]:
        counts = [len(v.record.frames) for v in (first, view)]
        if counts[0] != counts[1]:
            raise ValueError(
                f'Models cannot be shown side by side: "{first.title}" sees '
                f'{counts[0]} frames, "{view.title}" {counts[1]}. Give '
                'configs that sample the same number of frames')
    return len(first.record.frames)


def model_rows(views: Sequence[ModelView]) -> List[List[Row]]:
    """Draws the rows of each model.

    Models that see the same frames share one row of input, which is the first.

    Args:
        views: records of the models.
    """
    models = []
    for view in views:
        frames, first = view.record.frames, views[0].record.frames
        rows = [
            Row(f'layer {layer}\n{row.label}', row.frames, row.most)
            for layer in chosen_layers(view)
            for row in layer_rows(view.record, layer)
        ]
        if view is views[0] or not np.array_equal(frames, first):
            shown = enlarge(frames, int(TILE * _SHEET_DPI))
            rows.insert(0, Row(_INPUT, shown))
        models.append(rows)
    return models


def sheet_strips(views: Sequence[ModelView]) -> List[Strip]:
    """Arranges models below each other, with a column for each frame.

    Long clips are broken into lines of equally many frames.

    Args:
        views: records of the models.
    """
    count = count_frames(views)
    shown = np.linspace(0, count - 1, min(count, MOST_FRAMES))
    lines = np.array_split(shown.round().astype(int),
                           -(-len(shown) // _COLUMNS))
    models = model_rows(views)
    strips = []
    for line in lines:
        for view, rows in zip(views, models):
            names = frame_names(view.record.times, line.tolist())
            for row in rows:
                strips.append(
                    Strip(row.frames[line],
                          names if row.label == _INPUT else [], row.label,
                          view.title if row is rows[0] else '', row.most))
    return strips


def video_strips(views: Sequence[ModelView]) -> List[List[Strip]]:
    """Arranges a picture for each frame, with a line per model and layer.

    Args:
        views: records of the models.
    """
    count = count_frames(views)
    pictures: List[List[Strip]] = [[] for _ in range(count)]
    for view in views:
        frames = enlarge(view.record.frames, int(TILE * _VIDEO_DPI))
        for i, layer in enumerate(chosen_layers(view)):
            rows = [
                Row(_INPUT, frames),
                *layer_rows(view.record, layer, _VIDEO_DPI)
            ]
            for t, strips in enumerate(pictures):
                name, = frame_names(view.record.times, [t])
                strips.append(
                    Strip([row.frames[t]
                           for row in rows], [row.label for row in rows],
                          f'layer {layer}\n{name}\n{t + 1} of {count}',
                          '' if i else view.title, rows[-1].most))
    return pictures


def write_sheet(path: Path, views: Sequence[ModelView], title: str) -> None:
    """Writes a PNG: frames from left to right, drawings from top to bottom.

    Args:
        path: the PNG file.
        views: one record per model; clips with the same number of frames. At
            most :data:`MOST_FRAMES` are shown, evenly spaced.
        title: text at the top, such as the name of the video.

    Raises:
        OSError: the file cannot be written.
        ValueError: the clips differ in their number of frames, or a layer does
            not exist.
    """
    figure = draw_strips(sheet_strips(views), title, _SHEET_DPI)
    with replacing(path) as unfinished:
        figure.savefig(unfinished, format='png')


def to_array(figure: Figure) -> np.ndarray:
    """Returns a figure as ``(H, W, 3)`` uint8 RGB."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def frame_rate(times: Optional[np.ndarray]) -> float:
    """Returns the rate of a clip's frames, if a viewer can follow it.

    Args:
        times: seconds of the frames; None if they are not known.
    """
    slowest, fastest = _FPS
    if times is None or times[-1] <= times[0]:
        return fastest
    rate = (len(times) - 1) / float(times[-1] - times[0])
    return min(max(rate, slowest), fastest)


def write_video(path: Path, views: Sequence[ModelView], title: str) -> None:
    """Writes an mp4 that shows one frame at a time.

    Args:
        path: the mp4 file.
        views: see :func:`write_sheet`; all frames are shown.
        title: see :func:`write_sheet`.

    Raises:
        ImportError: PyAV, which encodes the video, is not installed.
        OSError: the file cannot be written.
        ValueError: see :func:`write_sheet`.
    """
    pictures = (
        to_array(draw_strips(strips, title, _VIDEO_DPI))
        for strips in video_strips(views))
    write_frames(path, pictures, frame_rate(views[0].record.times))
