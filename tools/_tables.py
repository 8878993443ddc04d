"""What each protocol's table states, computed from the scores of its tests."""
import statistics
from pathlib import Path
from typing import (Any, Callable, Dict, Iterable, List, NamedTuple, Optional,
                    Sequence, Tuple, Union)

MISSING = '-'  # in a cell
SHOTS = 2, 4, 8, 16
SPLITS = '1', '2', '3'
HALVES = 'base', 'novel'
ZERO_SHOT_SETS = 'HMDB-51', 'UCF-101', 'K600'
FEW_SHOT_SETS = 'HMDB-51', 'UCF-101', 'SSv2'
BASE_TO_NOVEL_SETS = ('K-400', *FEW_SHOT_SETS)
_LLM_NOTE = (' LLM rows without runs on SSv2 take over its figures with plain '
             "names, as the paper's TC-CLIP does.")

# A percentage, one with its standard deviation, a setting, or nothing.
Value = Union[None, float, Tuple[float, float], str]
Values = Dict[str, Value]


class RowKey(NamedTuple):
    """What tells rows apart, in the order in which rows are sorted.

    Attributes:
        llm: Whether a language model rephrased the class names.
        clip_share: Share of CLIP's weights in the ensemble.
        method: Name of the method.
    """
    llm: bool
    clip_share: float
    method: str


class Score(NamedTuple):
    """The accuracy of one run on one list of videos.

    Attributes:
        file: Where it is written.
        protocol: Key in ``PROTOCOLS``.
        method: Name of the method.
        config: File name of the config.
        checkpoint: File of the weights that were tested.
        seed: Seed of the run, and the number of its training list.
        frames: Frames of a clip.
        views: Clips x crops of a video, such as ``'4x3'``.
        shots: Training videos of a class; None unless few-shot.
        clip_share: Share of CLIP's weights in the ensemble, from 0 to 1.
        data_set: Name as in the table.
        split: Which list of the data set.
        labels: File of class names.
        videos: Length of the list.
        top1: Accuracy in percent.
        top5: The same, with five guesses.
    """
    file: Path
    protocol: str
    method: str
    config: str
    checkpoint: str
    seed: str
    frames: int
    views: str
    shots: Optional[int]
    clip_share: float
    data_set: str
    split: str
    labels: str
    videos: int
    top1: float
    top5: float

    def row(self) -> RowKey:
        """Returns the row that the score belongs to."""
        return RowKey(
            self.labels.endswith('.json'), self.clip_share, self.method)


Scores = Sequence[Score]


class Protocol(NamedTuple):
    """How a table is made.

    Attributes:
        title: Heading of the table.
        note: What the figures mean.
        data_sets: Names that scores may have.
        splits: Splits that scores may have; any if empty.
        values: Computes a row, by column, from its scores.
    """
    title: str
    note: str
    data_sets: Tuple[str, ...]
    splits: Tuple[str, ...]
    values: Callable[[Scores], Values]


def mean(values: Sequence[Optional[float]]) -> Optional[float]:
    """Returns the mean, or None if there is nothing or a value is missing."""
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


def cell(scores: Scores,
         metric: str = 'top1',
         **where: Any) -> Optional[float]:
    """Averages a metric over the runs of a cell.

    Args:
        scores: Those of one row.
        metric: ``'top1'`` or ``'top5'``.
        where: Attributes that scores of the cell have.

    Returns:
        Percentage, None if no run belongs to the cell.
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
        scores: Those of one row.
    """
    columns = {
        'HMDB-51': ('HMDB-51', 'top1'),
        'UCF-101': ('UCF-101', 'top1'),
        'K600 (Top-1)': ('K600', 'top1'),
        'K600 (Top-5)': ('K600', 'top5'),
    }
    splits = {
        column:
        [cell(scores, metric, data_set=name, split=split) for split in SPLITS]
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
        scores: Those of one row.
    """
    cells = {
        f'{name} K={shots}': cell(scores, data_set=name, shots=shots)
        for name in FEW_SHOT_SETS
        for shots in SHOTS
    }
    return {**cells, 'All': mean([*cells.values()])}


def base_to_novel(scores: Scores) -> Values:
    """Returns top-1 on base and novel classes, and their harmonic means.

    Each harmonic mean is that of the two averages beside it; so is that of
    all data sets.

    Args:
        scores: Those of one row.
    """
    base, novel = ([
        cell(scores, data_set=name, split=half) for name in BASE_TO_NOVEL_SETS
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
        scores: Those of one row.
    """
    frames = sorted({score.frames for score in scores})
    views = sorted({score.views for score in scores})
    return {
        'Top-1': cell(scores),
        'Top-5': cell(scores, 'top5'),
        'Frames': ', '.join(map(str, frames)),
        'Views': ', '.join(views),
    }


PROTOCOLS = dict(
    zero_shot=Protocol(
        'Zero-shot',
        'Mean ± standard deviation (population: divided by 3) over splits 1 '
        'to 3 of top-1, or of what the column says. Runs of one split are '
        'averaged first. All: mean of the three top-1 means.', ZERO_SHOT_SETS,
        SPLITS, zero_shot),
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


def group_rows(scores: Scores) -> Dict[RowKey, List[Score]]:
    """Sorts the scores of a protocol into rows, and within them by list.

    A row of rephrased class names without scores on SSv2 takes over those of
    the same method with plain names, as the paper's TC-CLIP does.

    Args:
        scores: Those of one protocol.
    """
    rows: Dict[RowKey, List[Score]] = {}
    for score in sorted(scores, key=_place):
        rows.setdefault(score.row(), []).append(score)
    for key, members in rows.items():
        if key.llm and not _on_ssv2(members):
            members += _on_ssv2(rows.get(key._replace(llm=False), []))
    return rows


def _place(score: Score) -> Tuple[Any, ...]:
    """Returns what scores of a protocol are sorted by."""
    order = PROTOCOLS[score.protocol].data_sets.index(score.data_set)
    return score.row(), order, score.shots or 0, score.split


def _on_ssv2(scores: Scores) -> List[Score]:
    """Returns the scores on the data set whose names stay plain."""
    return [score for score in scores if score.data_set == 'SSv2']


def disagreements(scores: Scores) -> List[str]:
    """Names runs of a row that differ in what has to be equal.

    Args:
        scores: Those of one row.

    Returns:
        A line for each pair of values, which names both files.
    """
    lines = []
    firsts: Dict[Tuple[str, ...], Score] = {}
    for score in scores:
        one_list = score.data_set, score.split
        for name, *scope in (('frames', ), ('views', ), ('config', *one_list),
                             ('labels', *one_list), ('videos', *one_list)):
            first = firsts.setdefault((name, *scope), score)
            values = getattr(first, name), getattr(score, name)
            if values[0] != values[1]:
                where = f'{name} of {" ".join(scope)}' if scope else name
                lines.append(f'{where}: {values[0]} in {first.file}, but '
                             f'{values[1]} in {score.file}')
    return [*dict.fromkeys(lines)]


def check_score(score: Score, where: str) -> None:
    """Raises a ValueError for what has no place in a table."""
    choices: Dict[str, Iterable[Any]] = dict(protocol=PROTOCOLS)
    if score.protocol in PROTOCOLS:
        protocol = PROTOCOLS[score.protocol]
        choices['data_set'] = protocol.data_sets
        choices['split'] = protocol.splits or (score.split, )
    if score.protocol == 'few_shot':
        choices['shots'] = SHOTS
    for name, known in choices.items():
        if getattr(score, name) not in known:
            raise ValueError(f'{where}: {name} {getattr(score, name)!r} must '
                             f'be one of {", ".join(map(str, known))}')
    for name, most in (('top1', 100), ('top5', 100), ('clip_share', 1)):
        if not 0 <= getattr(score, name) <= most:
            raise ValueError(f'{where}: {name} {getattr(score, name)} must '
                             f'be from 0 to {most}')


def as_text(value: Value) -> str:
    """Returns a cell as it is printed."""
    if value is None:
        return MISSING
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return '{:.1f} ± {:.1f}'.format(*value)
    return f'{value:.1f}'


def as_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a table in Markdown."""
    lines = [header, ['---'] * len(header), *rows]
    return '\n'.join(
        '| ' + ' | '.join(cell.replace('|', r'\|') for cell in line) + ' |'
        for line in lines)
