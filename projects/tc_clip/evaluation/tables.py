"""Writes the paper's tables in Markdown."""
import json
from pathlib import Path
from typing import Any, Dict, Iterable, List, NamedTuple, Sequence, Tuple, cast

from .protocols import PROTOCOLS, Value, Values, mean
from .rows import disagreements, group_rows
from .scores import RowKey, Score, Scores

MISSING = '-'
_MARK = '✓'
_ROW_HEADER = 'Method', 'WE', 'LLM'
_LIST_HEADER = ('Data set', 'Split', 'Videos', 'Labels', 'Frames', 'Views',
                'Top-1', 'Top-5', 'Seeds', 'Checkpoints')
_LEGEND = ("WE: weights ensembled with CLIP's, and CLIP's share. LLM: class "
           f'names rephrased by a language model. `{MISSING}`: no run, or an '
           'average of which a part has none, or not stated by the paper. †: '
           'marked so in the paper.')


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        source: ``'ours'`` or ``'paper'``.
        labels: cells below ``Method``, ``WE`` and ``LLM``.
        values: values of the row, by column.
    """
    source: str
    labels: Tuple[str, str, str]
    values: Values


def cell_text(value: Value) -> str:
    """Returns a value as text for a table.

    Percentages have one decimal, whole numbers and settings are not changed.
    """
    if value is None:
        return MISSING
    if isinstance(value, tuple):
        return '{:.1f} ± {:.1f}'.format(*value)
    return f'{value:.1f}' if isinstance(value, float) else str(value)


def percentage(value: Value) -> Tuple[float, float]:
    """Returns a value and its deviation as numbers, NaN for a missing one.

    Args:
        value: not a setting.
    """
    if isinstance(value, tuple):
        return value
    return float('nan') if value is None else float(value), 0.


def markdown_table(header: Sequence[str],
                   rows: Iterable[Sequence[str]]) -> str:
    """Returns a table in Markdown."""
    lines = [header, ['---'] * len(header), *rows]
    return '\n'.join(
        '| ' + ' | '.join(text.replace('|', r'\|') for text in line) + ' |'
        for line in lines)


def share_name(clip_share: float) -> str:
    """Returns the name of an ensemble by CLIP's share; empty if it is 0."""
    return f'WE {clip_share:g}' if clip_share else ''


def row_labels(key: RowKey) -> Tuple[str, str, str]:
    """Returns the first cells of one of our rows."""
    we = share_name(key.clip_share).replace('WE', _MARK)
    return key.method, we, _MARK if key.rephrased else ''


def row_name(labels: Tuple[str, str, str]) -> str:
    """Returns the first cells of a row as one name."""
    method, we, llm = labels
    parts = [method, we.replace(_MARK, 'WE'), 'LLM' if llm == _MARK else '']
    return ', '.join(part for part in parts if part and part != MISSING)


def our_rows(protocol: str, scores: Scores) -> List[Row]:
    """Returns our rows of a protocol's table."""
    return [
        Row('ours', row_labels(key), PROTOCOLS[protocol].values(members))
        for key, members in group_rows(scores).items()
    ]


def paper_value(value: Any) -> Value:
    """Returns a value of the paper's JSON, in which pairs are lists."""
    return cast(Value, tuple(value) if isinstance(value, list) else value)


def read_paper(name: str) -> Dict[str, Any]:
    """Reads figures of the paper.

    Args:
        name: ``'results'`` or ``'ablations'``.
    """
    file = Path(__file__).with_name(f'paper_{name}.json')
    return json.loads(file.read_text(encoding='utf-8'))


def paper_rows(protocol: str) -> List[Row]:
    """Returns the paper's rows of a protocol's table."""
    marks = {True: _MARK, False: '', None: MISSING}
    table = read_paper('results')[protocol]
    return [
        Row('paper', (row['method'], marks[row['we']], marks[row['llm']]),
            dict(zip(table['columns'], map(paper_value, row['values']))))
        for row in table['rows']
    ]


def tested_lists(rows: Dict[RowKey, List[Score]]) -> str:
    """Returns a table of the tested lists; runs on one list share a line.

    Seeds and checkpoints are in the order of the runs.

    Args:
        rows: the scores of each of our rows.
    """
    groups: Dict[Tuple[str, ...], List[Score]] = {}
    for key, scores in rows.items():
        for score in scores:
            shots = f' K={score.shots}' if score.shots else ''
            cells = (*row_labels(key), f'{score.data_set}{shots}', score.split,
                     _videos(score), score.labels, str(score.frames),
                     score.views)
            groups.setdefault(cells, []).append(score)
    return markdown_table((*_ROW_HEADER, *_LIST_HEADER),
                          [(*cells, *_averages_and_sources(scores))
                           for cells, scores in groups.items()])


def _videos(score: Score) -> str:
    """Returns the length of a list, with its videos that are broken."""
    broken = f' ({score.broken} broken)' if score.broken else ''
    return f'{score.videos}{broken}'


def _averages_and_sources(scores: Scores) -> List[str]:
    """Returns top-1, top-5, seeds and checkpoints of runs on one list."""
    seeds = [
        str(score.seed) if score.list_seed is None else
        f'{score.seed} (list {score.list_seed})' for score in scores
    ]
    return [
        cell_text(mean([score.top1 for score in scores])),
        cell_text(mean([score.top5 for score in scores])), ', '.join(seeds),
        ', '.join(score.checkpoint or MISSING for score in scores)
    ]


def tested_weights(rows: Dict[RowKey, List[Score]]) -> str:
    """Says which epoch each of our rows tests.

    Args:
        rows: the scores of each of our rows.
    """
    weights = {
        row_name(row_labels(key)): sorted({score.weights
                                           for score in scores})
        for key, scores in rows.items()
    }
    texts = [f'{name}: {", ".join(each)}' for name, each in weights.items()]
    return (f'Weights that were tested: {"; ".join(texts)}. Those of the '
            'official code are the best of its validations.')


def as_markdown(protocol: str, scores: Scores,
                others: Sequence[Row] = ()) -> str:
    """Returns a protocol's table, warnings, and the tested lists.

    Args:
        protocol: key in ``PROTOCOLS``.
        scores: our scores, at least one.
        others: rows to print below ours, such as the paper's.
    """
    table, rows = PROTOCOLS[protocol], [*our_rows(protocol, scores), *others]
    columns = [*rows[0].values]
    cells = [(row.source, *row.labels, *(cell_text(row.values[column])
                                         for column in columns))
             for row in rows]
    groups = group_rows(scores)
    warnings = [
        f'Warning: {key.method}: {line}' for key, members in groups.items()
        for line in disagreements(members)
    ]
    parts = (f'## {table.title}',
             markdown_table(('Source', *_ROW_HEADER, *columns),
                            cells), table.note, tested_weights(groups),
             _LEGEND, *warnings, 'What was tested:', tested_lists(groups))
    return '\n\n'.join(parts) + '\n'
