"""Groups scores into the rows of a table, and finds runs that disagree."""
from pathlib import Path
from typing import Any, Dict, List, Tuple

from .protocols import PROTOCOLS
from .scores import RowKey, Score, Scores

# Attributes that must be equal in all runs of a row. The first of each tuple
# is compared between scores that agree in the others.
_EQUAL = (('frames', ), ('views', ), ('weights', ), ('config', 'data_set',
                                                     'split'),
          ('labels', 'data_set', 'split'), ('videos', 'data_set', 'split'))


def group_rows(scores: Scores) -> Dict[RowKey, List[Score]]:
    """Sorts the scores of a protocol into rows, and within them by list.

    A row of rephrased class names without scores on SSv2 takes over those of
    the same method with plain names, as the paper's TC-CLIP does.

    Args:
        scores: scores of one protocol.
    """
    rows: Dict[RowKey, List[Score]] = {}
    for score in sorted(scores, key=_place):
        rows.setdefault(score.row, []).append(score)
    for key, members in rows.items():
        if key.rephrased and not _on_ssv2(members):
            members += _on_ssv2(rows.get(key._replace(rephrased=False), []))
    return rows


def _place(score: Score) -> Tuple[Any, ...]:
    """Returns the key by which the scores of a protocol are sorted."""
    order = PROTOCOLS[score.protocol].data_sets.index(score.data_set)
    return score.row, order, score.shots or 0, score.split


def _on_ssv2(scores: Scores) -> List[Score]:
    """Returns the scores on the data set whose names stay plain."""
    return [score for score in scores if score.data_set == 'SSv2']


def _compared(score: Score, name: str) -> Any:
    """Returns a value that must be equal in all runs of a row."""
    if name == 'weights':  # runs may end after different epochs
        return score.weights if 'best' in score.weights else 'one epoch'
    if name == 'config':  # its folder may differ between machines
        return Path(score.config or '').name
    return getattr(score, name)


def disagreements(scores: Scores) -> List[str]:
    """Describes differences between runs of a row that should be equal.

    Args:
        scores: scores of one row.

    Returns:
        A line for each pair of values, which names both files.
    """
    lines = []
    firsts: Dict[Tuple[str, ...], Score] = {}
    for score in scores:
        for name, *scope in _EQUAL:
            place = [getattr(score, attribute) for attribute in scope]
            first = firsts.setdefault((name, *place), score)
            values = _compared(first, name), _compared(score, name)
            if values[0] != values[1]:
                where = f'{name} of {" ".join(place)}' if place else name
                lines.append(f'{where}: {values[0]} in {first.file}, but '
                             f'{values[1]} in {score.file}')
    return [*dict.fromkeys(lines)]
