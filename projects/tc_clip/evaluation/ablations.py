"""Makes ablation tables: accuracies over seeds, costs, the paper's figures."""
from typing import Any, Dict, List, Mapping, Optional, Sequence, cast

from .protocols import PROTOCOLS, Values, mean_and_deviation
from .scores import Scores
from .tables import MISSING, cell_text, markdown_table, paper_value, share_name

_COSTS = 'Parameters (M)', 'Trained (M)', 'GFLOPs', 'Views/s', 'Memory (MiB)'


def accuracy_over_seeds(seeds: Sequence[Dict[str, float]]) -> Values:
    """Returns accuracies by column, with deviations if there are several.

    Args:
        seeds: percentages by column, for each seed.
    """
    return {
        column:
        mean_and_deviation([each.get(column)
                            for each in seeds]) if len(seeds) > 1 else value
        for column, value in seeds[0].items()
    }


def protocol_over_seeds(seeds: Sequence[Scores]) -> Values:
    """Returns the row of the protocol's table for several seeds.

    Deviations are those of the protocol, such as over splits. If the protocol
    has none, figures get their deviation over the seeds.

    Args:
        seeds: the scores of each seed's test, all with one share of CLIP.
    """
    protocol = PROTOCOLS[seeds[0][0].protocol]
    row = protocol.values([score for scores in seeds for score in scores])
    if protocol.deviation or len(seeds) == 1:
        return row
    each = [protocol.values(scores) for scores in seeds]
    for column, value in row.items():
        if isinstance(value, float):
            # a harmonic mean remains the one of the two averages beside it
            over_seeds = mean_and_deviation(
                [cast(Optional[float], values[column]) for values in each])
            row[column] = over_seeds and (value, over_seeds[1])
    return row


def protocol_columns(seeds: Sequence[Scores]) -> Values:
    """Returns the values of the protocol's table, for each share of CLIP.

    Args:
        seeds: the scores of each seed's test.

    Returns:
        Values by column; columns of an ensemble are called ``'COLUMN, WE
        0.3'``. Settings, such as the number of frames, are left out.
    """
    columns: Values = {}
    for share in dict.fromkeys(score.clip_share for score in seeds[0]):
        row = protocol_over_seeds(
            [[score for score in scores if score.clip_share == share]
             for scores in seeds])
        suffix = f', {share_name(share)}' if share else ''
        columns.update((f'{column}{suffix}', value)
                       for column, value in row.items()
                       if not isinstance(value, str))
    return columns


def ablation_table(table: Dict[str, Any], accuracies: Dict[str, Values],
                   costs: Mapping[str, Sequence[str]]) -> str:
    """Returns an ablation table in Markdown, beside the paper's figures.

    Columns of accuracies that no row has a figure for are left out.

    Args:
        table: the paper's table, see :func:`~.tables.read_paper`.
        accuracies: accuracies of each row, by column.
        costs: parameters, those that are trained, GFLOPs, views per second
            and memory of each row, as text.
    """
    entries = {entry['row']: entry for entry in table['rows']}
    columns = list(
        dict.fromkeys(column for row in accuracies.values()
                      for column, value in row.items() if value is not None))
    rows: List[List[str]] = []
    for name, accuracy in accuracies.items():
        paper = entries.get(name, {})
        figures = paper.get('values', [None] * len(table['columns']))
        rows.append([
            paper.get('case', name),
            *(cell_text(accuracy.get(column)) for column in columns),
            *costs[name], *(cell_text(paper_value(v)) for v in figures)
        ])
    header = ('Row', *columns, *_COSTS, *(f'Paper: {column}'
                                          for column in table['columns']))
    return markdown_table(header, rows)


def ablation_note(table: Dict[str, Any]) -> str:
    """Returns a note on how to read the paper's figures.

    Args:
        table: the paper's table, see :func:`~.tables.read_paper`.
    """
    return (
        "The paper's columns come from full-size runs on the paper's data: "
        f'only such runs are comparable. {table["note"]} '
        f'`{MISSING}`: missing, or not stated by the paper.')
