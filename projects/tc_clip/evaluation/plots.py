"""Draws the paper's tables as plots."""
from pathlib import Path
from typing import Any, Dict, List, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..files import replacing
from .protocols import FEW_SHOT_SETS, PROTOCOLS, SHOTS
from .tables import Row, percentage, row_name


def row_styles(rows: Sequence[Row]) -> List[Dict[str, Any]]:
    """Returns red and yellow for our rows, which come first, else blues."""
    ours = sum(row.source == 'ours' for row in rows)
    warm = colormaps['autumn'](np.linspace(0, 0.7, ours))
    cold = colormaps['Blues'](np.linspace(0.2, 1, len(rows) - ours))
    return [
        dict(color=colour, label=f'{row_name(row.labels)} ({row.source})')
        for row, colour in zip(rows, (*warm, *cold))
    ]


def draw_bars(figure: Figure, rows: Sequence[Row]) -> None:
    """Draws a group of bars for each column of percentages."""
    columns = [
        column for column, value in rows[0].values.items()
        if not isinstance(value, str)
    ]
    width = 0.9 / len(rows)
    figure.set_size_inches(3 + 0.13 * len(columns) * len(rows), 5)
    axes = figure.subplots()
    for i, (row, style) in enumerate(zip(rows, row_styles(rows))):
        heights, deviations = np.array(
            [percentage(row.values[column]) for column in columns]).T
        places = np.arange(len(columns)) + (i + 0.5) * width - 0.45
        bars = axes.bar(places, heights, width, yerr=deviations, **style)
        axes.bar_label(bars, fmt='%.1f', rotation=90, fontsize=6, padding=2)
    axes.set_xticks(range(len(columns)), columns)
    axes.margins(x=0.01)
    # room for the figures above bars
    axes.set(ylabel='%', ylim=(0, 110))


def draw_lines(figure: Figure, rows: Sequence[Row]) -> None:
    """Draws the accuracy over the number of shots, for each data set."""
    figure.set_size_inches(14, 4)
    every_axes = figure.subplots(1, len(FEW_SHOT_SETS))
    for axes, name in zip(every_axes, FEW_SHOT_SETS):
        for row, style in zip(rows, row_styles(rows)):
            heights = [
                percentage(row.values[f'{name} K={shots}'])[0]
                for shots in SHOTS
            ]
            line = 'o-' if row.source == 'ours' else '.--'
            axes.plot(SHOTS, heights, line, **style)
        axes.set_xscale('log', base=2)
        axes.set_xticks(SHOTS, SHOTS)
        axes.set(title=name, xlabel='K', ylabel='top-1 %')


def plot(protocol: str, rows: Sequence[Row], path: Path) -> None:
    """Writes the plot of a protocol.

    Args:
        protocol: key in ``PROTOCOLS``.
        rows: ours first, then the paper's.
        path: PNG file to write.
    """
    figure = Figure(dpi=120, layout='constrained')
    FigureCanvasAgg(figure)
    if protocol == 'few_shot':
        draw_lines(figure, rows)
    else:
        draw_bars(figure, rows)
    figure.suptitle(PROTOCOLS[protocol].title)
    figure.axes[-1].legend(loc='upper left', bbox_to_anchor=(1, 1), fontsize=7)
    with replacing(path) as unfinished:
        figure.savefig(unfinished, format='png')
