"""Computes the rows of each protocol's table from scores."""
import statistics
from typing import (Any, Callable, Dict, List, NamedTuple, Optional, Sequence,
                    Tuple, Union)

from .scores import Scores

SHOTS = 2, 4, 8, 16
SPLITS = '1', '2', '3'
HALVES = 'base', 'novel'
ZERO_SHOT_SETS = 'HMDB-51', 'UCF-101', 'K600'
FEW_SHOT_SETS = 'HMDB-51', 'UCF-101', 'SSv2'
BASE_TO_NOVEL_SETS = ('K-400', *FEW_SHOT_SETS)
_LLM_NOTE = (' LLM rows without runs on SSv2 take over its figures with plain '
             "names, as the paper's TC-CLIP does.")

# A percentage, a percentage with its standard deviation, a setting, or None
# for a missing value.
Value = Union[None, float, Tuple[float, float], str]
Values = Dict[str, Value]


class Protocol(NamedTuple):
    """Describes a table and computes its rows.

    Attributes:
        title: heading of the table.
        note: what the figures mean.
        data_sets: names that scores may have, in the order of the table.
        splits: splits that scores may have; any if empty.
        values: computes a row, by column, from its scores.
        deviation: what the standard deviations are over, such as splits; empty
            if there are none.
    """
    title: str
    note: str
    data_sets: Tuple[str, ...]
    splits: Tuple[str, ...]
    values: Callable[[Scores], Values]
    deviation: str = ''


def mean(values: Sequence[Optional[float]]) -> Optional[float]:
    """Returns the mean, or None if there are no values or one is missing."""
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    return statistics.fmean(known)


def mean_and_deviation(
        values: Sequence[Optional[float]]) -> Optional[Tuple[float, float]]:
    """Returns mean and population deviation, or None as ``mean`` does."""
    average = mean(values)
    if average is None:
        return None
    return average, statistics.pstdev(value for value in values
                                      if value is not None)


def harmonic_mean(a: Optional[float], b: Optional[float]) -> Optional[float]:
    """Returns ``2ab / (a + b)``, or None if a value is missing."""
    if a is None or b is None:
        return None
    return statistics.harmonic_mean([a, b])


def cell_mean(scores: Scores,
              metric: str = 'top1',
              **where: Any) -> Optional[float]:
    """Averages a metric over the runs of a cell.

    Args:
        scores: scores of one row.
        metric: ``'top1'`` or ``'top5'``.
        **where: values of attributes; scores that have them are in the cell.

    Returns:
        Percentage; None if no run belongs to the cell.
    """
    return mean([
        getattr(score, metric) for score in scores if all(
            getattr(score, name) == value for name, value in where.items())
    ])


def zero_shot(scores: Scores) -> Values:
    """Returns means and standard deviations over the three splits.

    Runs of the same split are averaged first. The deviation is that of the
    population (divided by 3, not 2), which is numpy's default.

    Args:
        scores: scores of one row.
    """
    columns = {
        'HMDB-51': ('HMDB-51', 'top1'),
        'UCF-101': ('UCF-101', 'top1'),
        'K600 (Top-1)': ('K600', 'top1'),
        'K600 (Top-5)': ('K600', 'top5'),
    }
    splits = {
        column: [
            cell_mean(scores, metric, data_set=name, split=split)
            for split in SPLITS
        ]
        for column, (name, metric) in columns.items()
    }
    averages = [
        mean(splits[column]) for column, (_, metric) in columns.items()
        if metric == 'top1'
    ]
    values = {name: mean_and_deviation(each) for name, each in splits.items()}
    return {**values, 'All (Top-1)': mean(averages)}


def few_shot(scores: Scores) -> Values:
    """Returns top-1 by data set and number of shots, and the mean of all.

    Args:
        scores: scores of one row.
    """
    cells = {
        f'{name} K={shots}': cell_mean(scores, data_set=name, shots=shots)
        for name in FEW_SHOT_SETS
        for shots in SHOTS
    }
    return {**cells, 'All': mean([*cells.values()])}


def base_to_novel(scores: Scores) -> Values:
    """Returns top-1 on base and novel classes, and their harmonic means.

    Each harmonic mean, also the one over all data sets, is computed from the
    two averages beside it.

    Args:
        scores: scores of one row.
    """
    base, novel = ([
        cell_mean(scores, data_set=name, split=half)
        for name in BASE_TO_NOVEL_SETS
    ] for half in HALVES)
    values: Values = {}
    for name, b, n in zip((*BASE_TO_NOVEL_SETS, 'All'), (*base, mean(base)),
                          (*novel, mean(novel))):
        values[f'{name} Base'] = b
        values[f'{name} Novel'] = n
        values[f'{name} HM'] = harmonic_mean(b, n)
    return values


def fully_supervised(scores: Scores) -> Values:
    """Returns top-1 and top-5, averaged over runs, and frames and views.

    Args:
        scores: scores of one row.
    """
    frames = sorted({score.frames for score in scores})
    views = sorted({score.views for score in scores})
    return {
        'Top-1': cell_mean(scores),
        'Top-5': cell_mean(scores, 'top5'),
        'Frames': ', '.join(map(str, frames)),
        'Views': ', '.join(views),
    }


PROTOCOLS = dict(
    zero_shot=Protocol(
        'Zero-shot',
        'Mean ± standard deviation (population: divided by 3) over splits 1 '
        'to 3 of top-1, or of what the column says. Runs of one split are '
        'averaged first. All: mean of the three top-1 means.',
        ZERO_SHOT_SETS,
        SPLITS,
        zero_shot,
        deviation='splits'),
    few_shot=Protocol(
        'Few-shot', 'Top-1, averaged over the runs of a cell. K: training '
        f'videos of a class. All: mean of all cells.{_LLM_NOTE}',
        FEW_SHOT_SETS, (), few_shot),
    base_to_novel=Protocol(
        'Base-to-novel', 'Top-1, averaged over the runs of a cell. HM: '
        'harmonic mean of base and novel. All: mean over data sets, and the '
        f'harmonic mean of these two.{_LLM_NOTE}', BASE_TO_NOVEL_SETS, HALVES,
        base_to_novel),
    fully_supervised=Protocol(
        'Fully-supervised', 'Kinetics-400, averaged over the runs of a row.',
        ('K-400', ), (), fully_supervised),
)


def check_list(where: str,
               protocol: str,
               data_set: str,
               split: str,
               shots: Optional[int] = None) -> None:
    """Raises a ValueError if no table has a cell for a list of videos.

    Args:
        where: source of the list, for the error message.
        protocol: key in ``PROTOCOLS``.
        data_set: name of the data set.
        split: which list of the data set.
        shots: training videos per class, for few-shot.

    Raises:
        ValueError: one of the values is not in the protocol's table.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f'{where}: protocol {protocol!r} must be one of '
                         f'{", ".join(PROTOCOLS)}')
    table = PROTOCOLS[protocol]
    choices: List[Tuple[str, Any,
                        Tuple]] = [('data_set', data_set, table.data_sets),
                                   ('split', split, table.splits or (split, ))]
    if protocol == 'few_shot':
        choices.append(('shots', shots, SHOTS))
    for name, value, known in choices:
        if value not in known:
            raise ValueError(f'{where}: {name} {value!r} must be one of '
                             f'{", ".join(map(str, known))}')
