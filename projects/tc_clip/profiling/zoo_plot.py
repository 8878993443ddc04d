"""Draws the costs of systems, and the paper's accuracies over them."""
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..files import replacing
from .zoo import PAPER, Costs, Entry

_FIRST, _OTHERS, _FROZEN = '#c8442f', '#33658a', '#c9d6df'
# By column of the paper.
_MARKERS = dict(zip(PAPER['columns'], 'o^*'))
_NAMES = dict(
    zip(PAPER['columns'],
        ("as trained", "CLIP's weights mixed in", 'and texts of an LLM')))


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


def label_sides(best: Sequence[Point], width: float,
                height: float) -> List[str]:
    """Returns on which side of its point each label stands.

    A label stands on the right, unless the one before is close there.

    Args:
        best: the points, the lowest first.
        width: distance below which labels meet, in GFLOPs.
        height: the same in percent.

    Returns:
        ``'left'`` or ``'right'`` for each point.
    """
    sides: List[str] = []
    for i, point in enumerate(best):
        near = [
            sides[j] for j, other in enumerate(best[:i])
            if abs(other.x - point.x) < width and point.y - other.y < height
        ]
        sides.append('left' if 'right' in near else 'right')
    return sides


def draw_accuracy(axes: Any, systems: Sequence[Entry],
                  costs: Mapping[str, Costs]) -> None:
    """Draws accuracies over GFLOPs; lines join figures of one system."""
    found, first = points(systems, costs), systems[0].name
    best = [*{point.name: point for point in found}.values()]
    best.sort(key=lambda point: point.y)
    span = max(p.x for p in found)
    for name in {point.name for point in found}:
        own = [point for point in found if point.name == name]
        colour = _FIRST if name == first else _OTHERS
        axes.plot([p.x for p in own], [p.y for p in own], color=colour, lw=1)
        for p in own:
            axes.scatter(p.x, p.y, 70, colour, _MARKERS[p.column], zorder=3)
    for point, side in zip(best, label_sides(best, 0.25 * span, 0.9)):
        shift = 8 if side == 'right' else -8
        axes.annotate(
            point.name.split(',')[0], (point.x, point.y), (shift, 0),
            textcoords='offset points',
            ha='left' if side == 'right' else 'right',
            va='center',
            fontsize=9,
            color=_FIRST if point.name == first else 'black')
    for column in dict.fromkeys(point.column for point in found):
        axes.scatter([], [],
                     50,
                     'grey',
                     _MARKERS[column],
                     label=_NAMES[column])
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


def draw_bars(every_axes: Sequence[Any], systems: Sequence[Entry],
              costs: Mapping[str, Costs]) -> None:
    """Draws a panel of bars for each cost, which share the systems' names."""
    ordered = [costs[entry.name] for entry in systems]
    places = np.arange(len(systems))[::-1]
    colours = [_FIRST] + [_OTHERS] * (len(systems) - 1)
    for axes, (title, values) in zip(every_axes, bar_values(ordered).items()):
        is_count = title.startswith('Parameters')
        bars = axes.barh(
            places, values, color=_FROZEN if is_count else colours)
        texts = [
            f'{value:.3g}' if value else 'not trained' for value in values
        ]
        if is_count:
            trained = [cost.trained / 1e6 for cost in ordered]
            axes.barh(places, trained, color=colours)
            texts = [
                f'{part:.3g} of {whole}' if part else f'0 of {whole}'
                for part, whole in zip(trained, texts)
            ]
            title = 'Parameters (M): trained, of all'
        axes.bar_label(bars, texts, padding=3, fontsize=8)
        axes.set_title(title, fontsize=10)
        axes.set_yticks(places, [])
        axes.margins(x=0.55 if is_count else 0.3)
        axes.spines[['top', 'right']].set_visible(False)
    every_axes[0].set_yticks(places, [entry.name for entry in systems])


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
    has_paper = bool(points(systems, costs))
    height = 1.2 + 0.36 * len(systems)
    if has_paper:
        figure.set_size_inches(11, 5.5 + height)
        upper, lower = figure.subfigures(2, 1, height_ratios=(5.5, height))
        draw_accuracy(upper.subplots(), systems, costs)
        draw_bars(lower.subplots(1, 4), systems, costs)
    else:
        figure.set_size_inches(11, height)
        draw_bars(figure.subplots(1, 4), systems, costs)
    with replacing(path) as unfinished:
        figure.savefig(unfinished, format='png')
