"""Draws the paper's tables as plots."""
from pathlib import Path
from typing import Any, Dict, List, Sequence, Set

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..files import replacing
from .protocols import FEW_SHOT_SETS, PROTOCOLS, SHOTS
from .scores import Scores
from .tables import Row, percentage, row_name

_MARKERS = 'osD^vPX*'


def row_styles(rows: Sequence[Row]) -> List[Dict[str, Any]]:
    """Returns blues for our rows, which come first, else greys."""
    ours = sum(row.source == 'ours' for row in rows)
    blues = colormaps['Blues'](np.linspace(0.85, 0.5, ours))
    greys = colormaps['Greys'](np.linspace(0.2, 0.7, len(rows) - ours))
    return [
        dict(color=colour, label=f'{row_name(row.labels)} ({row.source})')
        for row, colour in zip(rows, (*blues, *greys))
    ]


def videos_note(scores: Scores) -> str:
    """Says how many videos our runs have tested, by data set.

    Args:
        scores: scores of a protocol; lists of a data set may differ.
    """
    counts: Dict[str, Set[int]] = {}
    for score in scores:
        counts.setdefault(score.data_set, set()).add(score.videos)
    parts = [
        f'{name} {" or ".join(map(str, sorted(found)))}'
        for name, found in counts.items()
    ]
    return 'Videos in each list that we tested: ' + ', '.join(
        parts) if parts else ''


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
    axes.set(ylabel='%', ylim=(0, 100))
    axes.set_axisbelow(True)
    axes.grid(axis='y', alpha=0.3)
    axes.spines[['top', 'right']].set_visible(False)


def draw_lines(figure: Figure, rows: Sequence[Row]) -> None:
    """Draws the accuracy over the number of shots, for each data set."""
    figure.set_size_inches(14, 4)
    every_axes = figure.subplots(1, len(FEW_SHOT_SETS))
    for axes, name in zip(every_axes, FEW_SHOT_SETS):
        for i, (row, style) in enumerate(zip(rows, row_styles(rows))):
            heights = [
                percentage(row.values[f'{name} K={shots}'])[0]
                for shots in SHOTS
            ]
            line = '-' if row.source == 'ours' else '--'
            marker = _MARKERS[i % len(_MARKERS)]
            axes.plot(SHOTS, heights, line, marker=marker, ms=4, **style)
        axes.set_xscale('log', base=2)
        axes.set_xticks(SHOTS, SHOTS)
        axes.set(title=name, xlabel='K', ylabel='top-1 %')
        axes.grid(alpha=0.3)


def plot(protocol: str,
         rows: Sequence[Row],
         path: Path,
         note: str = '') -> None:
    """Writes the plot of a protocol.

    Args:
        protocol: key in ``PROTOCOLS``.
        rows: ours first, then the paper's.
        path: PNG file to write.
        note: text at the bottom, such as that of :func:`videos_note`.
    """
    figure = Figure(dpi=120, layout='constrained')
    FigureCanvasAgg(figure)
    if protocol == 'few_shot':
        draw_lines(figure, rows)
    else:
        draw_bars(figure, rows)
    figure.suptitle(PROTOCOLS[protocol].title)
    figure.supxlabel(note, x=0.01, ha='left', fontsize=8)
    figure.axes[-1].legend(loc='upper left', bbox_to_anchor=(1, 1), fontsize=7)
    with replacing(path) as unfinished:
        figure.savefig(unfinished, format='png')
