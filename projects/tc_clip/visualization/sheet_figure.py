"""Draws strips of pictures below each other, with their names and scales."""
from typing import List, NamedTuple, Optional, Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .fonts import Fonts
from .token_maps import heat_colours

TILE = 1.6  # width of a picture in inches
_LEFT, _TITLE, _NAMES, _GAP = 2.3, 0.42, 0.3, 0.06  # in inches
_SCALE = 1.2, 0.13  # of the colour bar
_LARGE, _MEDIUM = 17, 14  # of letters, in points


class Strip(NamedTuple):
    """Pictures side by side.

    Attributes:
        pictures: pictures, each ``(H, W, 3)`` uint8 RGB.
        names: text above each picture; may be empty.
        label: text on the left.
        title: text above all pictures; may be empty.
        most: the value of the brightest colour of attention, for a colour
            bar; None if the strip shows no attention.
    """
    pictures: Sequence[np.ndarray]
    names: Sequence[str]
    label: str
    title: str = ''
    most: Optional[float] = None


def join(strip: Strip) -> np.ndarray:
    """Puts the pictures of a strip side by side, with white between them."""
    gap = round(_GAP / TILE * strip.pictures[0].shape[1])
    padded = [
        np.pad(p, ((0, 0), (0, gap), (0, 0)), constant_values=255)
        for p in strip.pictures
    ]
    return np.concatenate(padded, 1)[:, :-gap]


def _size(strip: Strip) -> np.ndarray:
    """Returns the width and height of a strip in inches, without its text."""
    height, width = strip.pictures[0].shape[:2]
    count = len(strip.pictures)
    return np.array([count * (TILE + _GAP) - _GAP, TILE * height / width])


def _above(strip: Strip) -> float:
    """Returns the room above the pictures of a strip in inches."""
    return _GAP + _TITLE * bool(strip.title) + _NAMES * bool(strip.names)


def draw_strips(strips: Sequence[Strip], title: str, dpi: int) -> Figure:
    """Draws strips below each other.

    Args:
        strips: the strips.
        title: text at the top.
        dpi: pixels of an inch.
    """
    fonts = Fonts([title, *(strip.title for strip in strips)])
    with rc_context(fonts.settings()):
        clean = [s._replace(title=fonts.clean(s.title)) for s in strips]
        return _draw(clean, fonts.clean(title), dpi)


def _draw(strips: Sequence[Strip], title: str, dpi: int) -> Figure:
    """Draws strips whose letters are all in the fonts."""
    sizes = [_size(strip) for strip in strips]
    width = _LEFT + max(size[0] for size in sizes) + _GAP
    height = _TITLE + _GAP + sum(size[1] + _above(strip)
                                 for size, strip in zip(sizes, strips))
    figure = Figure((width, height), dpi=dpi)
    _write(figure, title, height, _LARGE)
    top = height - _TITLE
    for strip, size in zip(strips, sizes):
        if strip.title:
            _write(figure, strip.title, top - _GAP, _MEDIUM)
        top -= _above(strip) + size[1]
        axes = figure.add_axes(
            (_LEFT / width, top / height, size[0] / width, size[1] / height))
        _draw_strip(axes, strip)
        if strip.most is not None:
            _draw_scale(figure, strip.most, top + 0.1 * size[1])
    return figure


def _write(figure: Figure, text: str, top: float, size: int) -> None:
    """Writes a heading ``top`` inches above the lower edge."""
    height = figure.get_size_inches()[1]
    figure.text(
        2 * _GAP / figure.get_size_inches()[0], (top - 0.12) / height,
        text,
        va='top',
        fontsize=size,
        fontweight='bold')


def _draw_strip(axes: Axes, strip: Strip) -> None:
    """Draws pictures with names above and a label on the left."""
    axes.imshow(join(strip), aspect='auto')
    axes.set_frame_on(False)
    step = strip.pictures[0].shape[1] * (1 + _GAP / TILE)
    centres = (np.arange(len(strip.names)) + 0.5) * step
    axes.set_xticks(centres, strip.names, fontsize=_MEDIUM - 2)
    axes.set_yticks([])
    axes.tick_params(
        length=0, pad=3, top=True, labeltop=True, labelbottom=False)
    axes.set_ylabel(
        strip.label, rotation=0, ha='right', va='center', fontsize=_MEDIUM)
    if strip.most is not None:  # leaves room for the colour bar
        axes.yaxis.set_label_coords(0, 0.68)


def _draw_scale(figure: Figure, most: float, bottom: float) -> None:
    """Draws the colours of attention with their numbers, left of a strip."""
    width, height = figure.get_size_inches()
    left = _LEFT - 0.4 - _SCALE[0]
    axes = figure.add_axes((left / width, (bottom + 0.25) / height,
                            _SCALE[0] / width, _SCALE[1] / height))
    axes.imshow(heat_colours()[None], aspect='auto')
    axes.set_yticks([])
    axes.set_xticks([0, 255], ['0', f'{most:.2g}'], fontsize=_MEDIUM - 2)
    axes.tick_params(length=0, pad=2)
    axes.set_frame_on(False)


def frame_names(times: Optional[np.ndarray],
                indices: Sequence[int]) -> List[str]:
    """Names frames by their seconds, or by their numbers from 1.

    Args:
        times: seconds of all frames; None if they are not known.
        indices: places of the frames to name, from 0.
    """
    if times is None:
        return [f'frame {i + 1}' for i in indices]
    return [f'{times[i]:.2f} s' for i in indices]
