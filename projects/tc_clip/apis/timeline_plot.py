"""Draws the labels of a video over time."""
from collections import defaultdict
from pathlib import Path
from typing import Dict, List

from matplotlib.figure import Figure

from .prediction_files import Predictions, segments
from .predictions import NONE_OF_THESE, Prediction

_MOST_ROWS = 30


def plot_timelines(path: Path, predictions: Predictions) -> List[Path]:
    """Draws the labels of each video over time, beside the results.

    Args:
        path: file of the results; a plot is named after it, and after its
            video where there are several.
        predictions: predictions of the spans, by video.

    Returns:
        The files that were written.
    """
    files: List[Path] = []
    for number, (video, found) in enumerate(predictions.items(), 1):
        name = path.stem
        if len(predictions) > 1:
            name += f'_{number}_{video.stem}'
        files.append(path.with_name(f'{name}.png'))
        _timeline_figure(video.name, found).savefig(files[-1])
    return files


def _timeline_figure(title: str, timeline: List[Prediction]) -> Figure:
    """Draws a row per label; darker segments have a higher probability."""
    found = segments(timeline)
    lengths: Dict[str, float] = defaultdict(float)
    for segment in found:
        lengths[segment.label] += segment.end - segment.start
    rows = sorted(lengths, key=lambda label: -lengths[label])
    if len(rows) > _MOST_ROWS:
        title += f': the {_MOST_ROWS} longest of {len(rows)} labels'
        rows = rows[:_MOST_ROWS]
    figure = Figure(figsize=(10, 1.4 + 0.3 * len(rows)), layout='constrained')
    axes = figure.add_subplot(title=title, xlabel='seconds')
    for start, end, label, probability in found:
        if label in rows:
            colour = 'grey' if label == NONE_OF_THESE else 'C0'
            axes.barh(
                rows.index(label),
                end - start,
                left=start,
                color=colour,
                alpha=0.25 + 0.75 * probability)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xlim(found[0].start, found[-1].end)
    axes.invert_yaxis()
    return figure
