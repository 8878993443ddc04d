"""Draws the labels and probabilities of a video over time."""
from collections import defaultdict
from pathlib import Path
from typing import Any, Dict, List, Tuple

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MultipleLocator

from ..files import replacing
from ..visualization.fonts import Fonts
from .prediction_files import Predictions, Segment, segments
from .predictions import NONE_OF_THESE, Prediction

_MOST_ROWS = 30
_MOST_LINES = 6
_WIDTH, _NAMES = 11., 2.6  # of the figure, and of names in it, in inches
_STEPS = (.1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600,
          7200)
_MOST_TICKS = 11
_DPI = 120


def plot_timelines(path: Path, predictions: Predictions) -> List[Path]:
    """Draws the labels of each video over time, beside the results.

    Args:
        path: file of the results; a plot is named after it, and after its
            video where there are several.
        predictions: predictions of the spans, by video.

    Returns:
        The files that were written.

    Raises:
        OSError: a file cannot be written.
    """
    files: List[Path] = []
    for number, (video, found) in enumerate(predictions.items(), 1):
        name = path.stem
        if len(predictions) > 1:
            name += f'_{number}_{video.stem}'
        files.append(path.with_name(f'{name}.png'))
        fonts = Fonts([video.name, *_names(found)])
        with rc_context(fonts.settings()), replacing(files[-1]) as unfinished:
            figure = draw_timeline(video.name, found, fonts)
            figure.savefig(unfinished, format='png')
    return files


def _names(timeline: List[Prediction]) -> List[str]:
    """Returns every label and class of a timeline."""
    return [
        name for p in timeline
        for name in (p.label, *(guess.label for guess in p.guesses))
    ]


def draw_timeline(title: str, timeline: List[Prediction],
                  fonts: Fonts) -> Figure:
    """Draws a row for each label, and below the probabilities of classes.

    Args:
        title: text at the top.
        timeline: predictions of the spans of a video, in order of time.
        fonts: fonts of the title and the classes.
    """
    found = segments(timeline)
    rows = longest_labels(found)
    shown = rows[:_MOST_ROWS]
    if len(rows) > _MOST_ROWS:
        title += f': the {_MOST_ROWS} longest of {len(rows)} labels'
    heights = 0.3 * len(shown), 1.9
    figure = Figure((_WIDTH, 1.9 + sum(heights)),
                    dpi=_DPI,
                    layout='constrained')
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=heights)
    colours = class_colours(shown, timeline)
    _draw_segments(above, found, shown, colours)
    names = [fit(figure, fonts.clean(row), _NAMES) for row in shown]
    above.set_yticks(range(len(shown)), names)
    _draw_probabilities(below, timeline, colours)
    _show_time(below, found[0].start, found[-1].end)
    above.set_title(
        fit(figure, fonts.clean(title), 0.5 * _WIDTH),
        loc='left',
        fontweight='bold')
    _say_what_darkness_means(above)
    _name_lines(figure, below, fonts)
    return figure


def longest_labels(found: List[Segment]) -> List[str]:
    """Returns the labels, that with the most seconds first."""
    lengths: Dict[str, float] = defaultdict(float)
    for segment in found:
        lengths[segment.label] += segment.end - segment.start
    return sorted(lengths, key=lambda label: -lengths[label])


def class_colours(rows: List[str],
                  timeline: List[Prediction]) -> Dict[str, Any]:
    """Gives a colour to each label, and to classes that are nearly as likely.

    Args:
        rows: labels, which come first.
        timeline: predictions; their best classes have lines, too.
    """
    total: Dict[str, float] = defaultdict(float)
    for prediction in timeline:
        for guess in prediction.guesses:
            total[guess.label] += guess.probability
    likely = sorted(total, key=lambda label: -total[label])[:_MOST_LINES]
    places = np.arange(20)
    pairs = colormaps['tab20'](places)  # each colour dark, then light
    every = map(tuple,
                (*pairs[::2], *pairs[1::2], *colormaps['tab20b'](places)))
    names = [
        name for name in dict.fromkeys([*rows, *likely])
        if name != NONE_OF_THESE
    ]
    return {NONE_OF_THESE: 'grey', **dict(zip(names, every))}


def _draw_segments(axes: Axes, found: List[Segment], rows: List[str],
                   colours: Dict[str, Any]) -> None:
    """Draws a bar for each segment, darker if its class is more probable."""
    for start, end, label, probability in found:
        if label in rows:
            axes.barh(
                rows.index(label),
                end - start,
                left=start,
                color=colours[label],
                alpha=_darkness(probability))
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.spines[['top', 'right']].set_visible(False)


def _darkness(probability: float) -> float:
    """Returns the opacity of a bar."""
    return 0.2 + 0.8 * probability


def _draw_probabilities(axes: Axes, timeline: List[Prediction],
                        colours: Dict[str, Any]) -> None:
    """Draws a line for each of the most probable classes."""
    centres = [sum(p.span) / 2 for p in timeline if p.span is not None]
    shares = [{g.label: g.probability for g in p.guesses} for p in timeline]
    names = [name for name in colours if name != NONE_OF_THESE]
    totals = {
        name: sum(share.get(name, 0) for share in shares)
        for name in names
    }
    for name in sorted(names, key=lambda n: -totals[n])[:_MOST_LINES]:
        heights = [100 * share.get(name, np.nan) for share in shares]
        axes.plot(
            centres, heights, '.-', color=colours[name], label=name, lw=1.5)
    axes.set(ylabel='probability in %', ylim=(0, 103))
    axes.grid(axis='y', alpha=0.3)
    axes.spines[['top', 'right']].set_visible(False)


def clock(seconds: float) -> str:
    """Writes seconds as min:s, with hours and tenths where there are some."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    second = f'{rest // 10:02}' + (f'.{rest % 10}' if rest % 10 else '')
    hours, minutes = divmod(minutes, 60)
    return f'{hours}:{minutes:02}:{second}' if hours else f'{minutes}:{second}'


def _show_time(axes: Axes, start: float, end: float) -> None:
    """Marks round times from the start to the end."""
    steps = [s for s in _STEPS if (end - start) / s <= _MOST_TICKS]
    axes.xaxis.set_major_locator(MultipleLocator((steps or _STEPS[-1:])[0]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: clock(x)))
    axes.set(xlim=(start, end), xlabel='time (min:s)')


def _say_what_darkness_means(axes: Axes) -> None:
    """Adds a legend above the bars."""
    patches = [
        Patch(color='black', alpha=_darkness(share), label=f'{share:.0%}')
        for share in (0.1, 0.5, 1.)
    ]
    axes.legend(
        handles=patches,
        loc='lower right',
        bbox_to_anchor=(1, 1),
        borderaxespad=0,
        ncols=3,
        frameon=False,
        fontsize=9,
        title='darker bar: more probable label',
        title_fontsize=9)


def _name_lines(figure: Figure, below: Axes, fonts: Fonts) -> None:
    """Adds a legend of the lines below them."""
    lines: Tuple[List[Any], List[str]] = below.get_legend_handles_labels()
    names = [fit(figure, fonts.clean(name), _NAMES) for name in lines[1]]
    figure.legend(
        lines[0], names, loc='outside lower center', ncols=3, frameon=False)


def fit(figure: Figure, text: str, inches: float) -> str:
    """Cuts a text with an ellipsis where it is too wide.

    Args:
        figure: where it will be written.
        text: one line.
        inches: the room.
    """
    written = figure.text(0, 0, text)
    room, length = inches * figure.dpi, len(text)
    while written.get_window_extent().width > room and length:
        length -= 1
        written.set_text(f'{text[:length].rstrip()}…')
    written.remove()
    return str(written.get_text())
