"""Arranges drawings of tokens as a sheet (PNG) and as a video (mp4)."""
from pathlib import Path
from typing import List, NamedTuple, Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..clip.towers import layer_indices
from ..files import write_mp4
from .token_maps import draw_attention, draw_groups, draw_seeds, enlarge
from .token_records import ViewRecord

MOST_COLUMNS = 16
# in inches; an inch has _DPI pixels
_TILE, _LEFT, _TITLE, _NAMES, _GAP = 1.6, 1.5, 0.45, 0.25, 0.06
_DPI = 100
_FPS = 4


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
    """One drawing of every frame ``(T, H, W, 3)`` uint8 RGB."""
    label: str
    frames: np.ndarray


class Strip(NamedTuple):
    """Pictures side by side.

    Attributes:
        pictures: pictures, each ``(H, W, 3)`` uint8 RGB.
        names: text above each picture; may be empty.
        label: text on the left.
        title: text above all pictures; may be empty.
    """
    pictures: Sequence[np.ndarray]
    names: Sequence[str]
    label: str
    title: str


def layer_rows(record: ViewRecord, layer: int) -> List[Row]:
    """Draws a layer: seed and context tokens, if it has any, and attention.

    Args:
        record: record of a clip.
        layer: number of the layer, 1-based.
    """
    frames = enlarge(record.frames, int(_TILE * _DPI))
    maps = record.layers[layer - 1]
    rows = []
    if maps.groups is not None:
        rows += [
            Row('seed tokens', draw_seeds(frames, maps.groups)),
            Row(f'{maps.groups.max() + 1} context tokens',
                draw_groups(frames, maps.groups))
        ]
    heat = draw_attention(frames, maps.attention)
    return rows + [
        Row(f'CLS attention\nred: {maps.attention.max():.2g}', heat)
    ]


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


def sheet_strips(views: Sequence[ModelView]) -> List[Strip]:
    """Arranges models below each other, with a column for each frame."""
    count = count_frames(views)
    columns = np.linspace(0, count - 1, min(count, MOST_COLUMNS))
    columns = columns.round().astype(int)
    strips = []
    for view in views:
        rows = [Row('input', enlarge(view.record.frames, int(_TILE * _DPI)))]
        for layer in chosen_layers(view):
            rows += [
                Row(f'layer {layer}\n{row.label}', row.frames)
                for row in layer_rows(view.record, layer)
            ]
        names = [f'frame {i + 1}' for i in columns]
        for row in rows:
            is_first = row is rows[0]
            strips.append(
                Strip(row.frames[columns], names if is_first else [],
                      row.label, view.title if is_first else ''))
    return strips


def video_strips(views: Sequence[ModelView]) -> List[List[Strip]]:
    """Arranges a picture for each frame, with a line per model and layer."""
    count = count_frames(views)
    pictures: List[List[Strip]] = [[] for _ in range(count)]
    for view in views:
        frames = enlarge(view.record.frames, int(_TILE * _DPI))
        for i, layer in enumerate(chosen_layers(view)):
            rows = [Row('input', frames), *layer_rows(view.record, layer)]
            names = [row.label.replace('\n', ', ') for row in rows]
            for t, strips in enumerate(pictures):
                strips.append(
                    Strip([row.frames[t] for row in rows], names,
                          f'layer {layer}\nframe {t + 1} of {count}',
                          '' if i else view.title))
    return pictures


def join(strip: Strip) -> np.ndarray:
    """Puts the pictures of a strip side by side, with white between them."""
    width = strip.pictures[0].shape[1]
    gap = round(_GAP / _TILE * width)
    padded = [
        np.pad(p, ((0, 0), (0, gap), (0, 0)), constant_values=255)
        for p in strip.pictures
    ]
    return np.concatenate(padded, 1)[:, :-gap]


def _size(strip: Strip) -> np.ndarray:
    """Returns the width and height of a strip in inches, without its text."""
    height, width = strip.pictures[0].shape[:2]
    count = len(strip.pictures)
    return np.array([count * (_TILE + _GAP) - _GAP, _TILE * height / width])


def draw_strips(strips: Sequence[Strip]) -> Figure:
    """Draws strips below each other."""
    sizes = [_size(strip) for strip in strips]
    above = [
        _GAP + _TITLE * bool(strip.title) + _NAMES * bool(strip.names)
        for strip in strips
    ]
    width = _LEFT + max(size[0] for size in sizes) + _GAP
    height = sum(size[1] for size in sizes) + sum(above) + _GAP
    figure = Figure((width, height), dpi=_DPI)
    top = height
    for strip, size, space in zip(strips, sizes, above):
        top -= space + size[1]
        axes = figure.add_axes(
            (_LEFT / width, top / height, size[0] / width, size[1] / height))
        axes.imshow(join(strip), aspect='auto')
        axes.set_frame_on(False)
        step = strip.pictures[0].shape[1] * (1 + _GAP / _TILE)
        centres = (np.arange(len(strip.names)) + 0.5) * step
        axes.set_xticks(centres, strip.names, fontsize=9)
        axes.set_yticks([])
        axes.tick_params(
            length=0, pad=2, top=True, labeltop=True, labelbottom=False)
        axes.set_ylabel(
            strip.label, rotation=0, ha='right', va='center', fontsize=9)
        figure.text(
            _GAP / width, (top + size[1] + _NAMES + _GAP) / height,
            strip.title,
            fontsize=11,
            fontweight='bold')
    return figure


def write_sheet(path: Path, views: Sequence[ModelView]) -> None:
    """Writes a PNG: frames from left to right, drawings from top to bottom.

    Args:
        path: the PNG file.
        views: one record per model; clips with the same number of frames. At
            most :data:`MOST_COLUMNS` frames are shown, evenly spaced.

    Raises:
        ValueError: the clips differ in their number of frames, or a layer does
            not exist.
    """
    draw_strips(sheet_strips(views)).savefig(path, format='png')


def to_array(figure: Figure) -> np.ndarray:
    """Returns a figure as ``(H, W, 3)`` uint8 RGB, of even height and width.
    """
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = np.asarray(canvas.buffer_rgba())[..., :3]
    return picture[:len(picture) // 2 * 2, :picture.shape[1] // 2 * 2]


def write_video(path: Path, views: Sequence[ModelView]) -> None:
    """Writes an mp4 that shows one frame at a time.

    Args:
        path: the mp4 file.
        views: see :func:`write_sheet`; all frames are shown.

    Raises:
        OSError: the file cannot be written.
        ValueError: see :func:`write_sheet`.
    """
    pictures = (
        to_array(draw_strips(strips)) for strips in video_strips(views))
    write_mp4(path, pictures, _FPS)
