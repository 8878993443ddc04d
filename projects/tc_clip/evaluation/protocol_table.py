"""From accuracies on lists of videos to a row of the paper's tables."""
import statistics
from itertools import groupby
from typing import Dict, List, NamedTuple, Sequence


class Result(NamedTuple):
    """What a model scores on one list of videos.

    Attributes:
        data_set: name in the table, such as ``'HMDB-51'``.
        split: which of its lists: a number, ``'base'`` or ``'novel'``.
        top1: accuracy in percent.
        top5: accuracy in percent.
    """
    data_set: str
    split: str
    top1: float
    top5: float


class Summary(NamedTuple):
    """A cell of the table, in percent.

    Attributes:
        mean: over the splits.
        std: population standard deviation over the splits.
    """
    mean: float
    std: float = 0.

    def __str__(self) -> str:
        """Writes the mean, and the deviation where there are splits."""
        return f'{self.mean:.1f}' + (f' ± {self.std:.1f}' if self.std else '')


def _over_splits(values: Sequence[float]) -> Summary:
    """Summarises the accuracies on several splits."""
    return Summary(statistics.fmean(values), statistics.pstdev(values))


def _base_to_novel(name: str, results: List[Result]) -> Dict[str, Summary]:
    """Returns the three cells of a data set that is split into halves."""
    base, novel = (
        statistics.fmean(r.top1 for r in results if r.split == half)
        for half in ('base', 'novel'))
    return {
        f'{name} base': Summary(base),
        f'{name} novel': Summary(novel),
        f'{name} HM': Summary(statistics.harmonic_mean([base, novel]))
    }


def summarise(results: Sequence[Result]) -> Dict[str, Summary]:
    """Makes the cells of a table's row.

    Data sets with the splits ``'base'`` and ``'novel'`` give these and their
    harmonic mean, others the mean and deviation of top-1 and top-5 over their
    splits. The last column is the average of the data sets' top-1, where
    there are several.

    Args:
        results: all lists of the protocol, those of a data set together.

    Returns:
        Cells by column, in the order of the data sets.
    """
    cells: Dict[str, Summary] = {}
    for name, group in groupby(results, key=lambda result: result.data_set):
        own = list(group)
        if {result.split for result in own} == {'base', 'novel'}:
            cells.update(_base_to_novel(name, own))
        else:
            cells[f'{name} top-1'] = _over_splits([r.top1 for r in own])
            cells[f'{name} top-5'] = _over_splits([r.top5 for r in own])
    tops = [cell.mean for name, cell in cells.items() if 'top-1' in name]
    if len(tops) > 1:
        cells['All top-1'] = Summary(statistics.fmean(tops))
    return cells


def to_markdown(rows: Dict[str, Dict[str, Summary]]) -> str:
    """Writes rows with the same columns as a Markdown table.

    Args:
        rows: cells by column, by the name of the row.
    """
    columns = list(next(iter(rows.values())))
    lines = [['', *columns], ['---'] * (len(columns) + 1)]
    for name, cells in rows.items():
        lines.append([name, *(str(cells[column]) for column in columns)])
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)
