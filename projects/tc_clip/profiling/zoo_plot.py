"""Draws the costs of systems, and the paper's accuracies over them."""
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, cast

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..files import replacing
from .zoo import PAPER, Costs, Entry

_FIRST, _OTHERS, _FROZEN = '#c8442f', '#33658a', '#c9d6df'
# Shape, size and order in depth of the markers, by column of the paper; stars
# are above a circle at the same place.
_MARKERS = dict(
    zip(PAPER['columns'],
        (dict(marker='o', s=70, zorder=3), dict(
            marker='^', s=80, zorder=4), dict(marker='*', s=150, zorder=5))))
_NAMES = dict(
    zip(PAPER['columns'],
        ('as trained', "CLIP's weights mixed in", 'and texts of an LLM')))


class Point(NamedTuple):
    """A figure of the paper over the cost of a system.

    Attributes:
        name: of the system.
        column: of the paper's table.
        x: GFLOPs of a view.
        y: accuracy in percent.
    """
    name: str
    column: str
    x: float
    y: float


def points(systems: Sequence[Entry], costs: Mapping[str,
                                                    Costs]) -> List[Point]:
    """Returns the figures that the paper states, the lowest first."""
    found = [
        Point(entry.name, column, costs[entry.name].gflops, value)
        for entry in systems for column, value in entry.paper.items()
        if value is not None
    ]
    return sorted(found, key=lambda point: point.y)


def label_side(point: Point, found: Sequence[Point], width: float,
               height: float) -> str:
    """Returns on which side of its point a label stands.

    Args:
        point: the point.
        found: all points.
        width: GFLOPs that a label takes.
        height: percent that it takes.

    Returns:
        ``'left'`` if a point of another system is in the way, else
        ``'right'``.
    """
    is_in_the_way = any(other.name != point.name and 0 <= other.x -
                        point.x < width and abs(other.y - point.y) < height
                        for other in found)
    return 'left' if is_in_the_way else 'right'


def draw_points(axes: Any, found: Sequence[Point], first: str) -> None:
    """Draws figures; lines join those of one system.

    Args:
        axes: where to draw.
        found: the figures.
        first: the system to stress.
    """
    for name in dict.fromkeys(point.name for point in found):
        own = [point for point in found if point.name == name]
        colour = _FIRST if name == first else _OTHERS
        axes.plot([p.x for p in own], [p.y for p in own], color=colour, lw=1)
        for p in own:
            axes.scatter(
                p.x, p.y, color=colour, ec='white', **_MARKERS[p.column])
    for column in PAPER['columns']:
        if column in {point.column for point in found}:
            axes.scatter([], [],
                         color='grey',
                         label=_NAMES[column],
                         **_MARKERS[column])


def draw_accuracy(axes: Any, found: Sequence[Point], first: str) -> None:
    """Draws accuracies over GFLOPs, with names at the best of a system.

    Args:
        axes: where to draw.
        found: the figures, the lowest first.
        first: the system to stress.
    """
    draw_points(axes, found, first)
    span = max(point.x for point in found)
    for point in {point.name: point for point in found}.values():
        side = label_side(point, found, 0.12 * span, 0.6)
        axes.annotate(
            point.name.split(',')[0], (point.x, point.y),
            (9 if side == 'right' else -9, 0),
            textcoords='offset points',
            ha='left' if side == 'right' else 'right',
            va='center',
            fontsize=9,
            color=_FIRST if point.name == first else 'black')
    axes.set(
        title='Zero-shot accuracy, as the paper states it',
        xlabel='GFLOPs of a view',
        ylabel='mean top-1 of three data sets, %',
        xlim=(0, 1.2 * span))
    axes.grid(alpha=0.3)
    axes.legend(loc='lower right', fontsize=8)


def bar_values(costs: Sequence[Costs]) -> Dict[str, List[float]]:
    """Returns the lengths of bars of each system, by title of the panel.

    Args:
        costs: the systems' costs; a missing memory becomes 0.
    """
    return {
        'Parameters (M)': [cost.parameters / 1e6 for cost in costs],
        'GFLOPs of a view': [cost.gflops for cost in costs],
        'Views/s': [cost.views_per_second for cost in costs],
        'Memory of a step (GiB)':
        [(cost.memory or 0) / 2**30 for cost in costs]
    }


def bar_texts(values: Sequence[float]) -> List[str]:
    """Returns what stands beside bars: their lengths."""
    return [(f'{value:.3g}' if value < 100 else f'{value:.0f}')
            if value else 'not trained' for value in values]


def draw_bars(every_axes: Sequence[Any], systems: Sequence[Entry],
              costs: Mapping[str, Costs]) -> None:
    """Draws a panel of bars for each cost, which share the systems' names."""
    ordered = [costs[entry.name] for entry in systems]
    places = np.arange(len(systems))[::-1]
    colours = [_FIRST] + [_OTHERS] * (len(systems) - 1)
    for axes, (title, values) in zip(every_axes, bar_values(ordered).items()):
        bars = axes.barh(places, values, color=colours)
        axes.bar_label(bars, bar_texts(values), padding=3, fontsize=8)
        axes.set_title(title, fontsize=10)
        axes.set_yticks(places, [])
        axes.margins(x=0.4)
        axes.spines[['top', 'right']].set_visible(False)
    # the share that is trained, before the whole
    axes, trained = every_axes[0], [cost.trained / 1e6 for cost in ordered]
    for bar in axes.containers[0]:
        bar.set_color(_FROZEN)
    axes.barh(places, trained, color=colours)
    axes.set_title('Parameters (M), dark: trained', fontsize=10)
    axes.set_yticks(places, [entry.name for entry in systems])


def plot(systems: Sequence[Entry], costs: Mapping[str, Costs],
         path: Path) -> None:
    """Writes the plot.

    Args:
        systems: the systems, the one to stress first.
        costs: their costs, by name.
        path: PNG file to write.
    """
    figure = Figure(dpi=110, layout='constrained')
    FigureCanvasAgg(figure)
    found = points(systems, costs)
    height = 1.2 + 0.36 * len(systems)
    if found:
        figure.set_size_inches(11, 5.5 + height)
        upper, lower = cast(
            List[Figure], figure.subfigures(2, 1, height_ratios=(5.5, height)))
        draw_accuracy(upper.subplots(), found, systems[0].name)
        draw_bars(lower.subplots(1, 4), systems, costs)
    else:
        figure.set_size_inches(11, height)
        draw_bars(figure.subplots(1, 4), systems, costs)
    with replacing(path) as unfinished:
        figure.savefig(unfinished, format='png')
