"""Collects test results into the paper's tables, beside the paper's figures.

    python tools/collect_results.py work_dirs/zero_shot work_dirs/few_shot*
    python tools/collect_results.py WORK_DIRS... --out DIR

Of each folder the newest result counts; to take another one, name the folder
of its time stamp. There is a table for each protocol: the rows of the runs,
below them those of tools/paper_results.json, and what the runs were tested
on. The standard deviation over splits is that of the population. --out also
writes DIR/PROTOCOL.md and, as a plot, DIR/PROTOCOL.png.
"""
import argparse
import json
import sys
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

import numpy as np
from _tables import (FEW_SHOT_SETS, MISSING, PROTOCOLS, SHOTS, Protocol,
                     RowKey, Score, Values, as_table, as_text, check_score,
                     disagreements, group_rows, mean)
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

PAPER = Path(__file__).with_name('paper_results.json')
RESULTS = 'protocol_results.json'

_NUMBER = int, float
_RUN_KEYS = dict(
    protocol=str,
    method=str,
    config=str,
    checkpoint=str,
    seed=int,
    frames=int,
    views=str,
    results=list)
_RESULT_KEYS = dict(
    clip_share=_NUMBER,
    data_set=str,
    split=str,
    labels=str,
    videos=int,
    top1=_NUMBER,
    top5=_NUMBER)

_MARK = '✓'
_ROW_HEADER = 'Method', 'WE', 'LLM'
_LIST_HEADER = ('Data set', 'Split', 'Videos', 'Labels', 'Frames', 'Views',
                'Top-1', 'Seeds', 'Checkpoints')
_LEGEND = ("WE: weights ensembled with CLIP's, and CLIP's share. LLM: class "
           f'names rephrased by a language model. `{MISSING}`: no run, or an '
           'average of which a part has none, or not stated by the paper. †: '
           'marked so in the paper.')


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        source: ``'ours'`` or ``'paper'``.
        labels: Cells below ``Method``, ``WE`` and ``LLM``.
        values: What the row states, by column.
    """
    source: str
    labels: Sequence[str]
    values: Values


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        'work_dirs',
        nargs='+',
        type=Path,
        metavar='WORK_DIR',
        help='where tools/test.py wrote results of a protocol')
    parser.add_argument(
        '--out', type=Path, metavar='DIR', help='write tables and plots here')
    return parser.parse_args()


def newest_result(work_dir: Path) -> Path:
    """Returns the result of a folder, or the newest one a level below.

    Raises:
        FileNotFoundError: There is none.
    """
    if (work_dir / RESULTS).is_file():
        return work_dir / RESULTS
    # the folders are named after the time of the test
    files = sorted(work_dir.glob(f'*/{RESULTS}'))
    if not files:
        raise FileNotFoundError(
            f'{work_dir} holds no */{RESULTS}. Cure: test a config of a '
            f'protocol, tools/test.py CONFIG CHECKPOINT --work-dir {work_dir}')
    if len(files) > 1:
        print(
            f'{work_dir}: {files[-1].parent.name} counts, '
            f'{len(files) - 1} older left out',
            file=sys.stderr)
    return files[-1]


def take(source: Any, kinds: Dict[str, Any], where: str) -> Dict[str, Any]:
    """Returns some values of a dict that was read from a file.

    Args:
        source: What was read.
        kinds: Types that values may have, by key.
        where: The file, and the place in it.

    Raises:
        ValueError: A key is missing, or its value has another type.
    """
    for key, kind in kinds.items():
        if not isinstance(source, dict) or key not in source:
            raise ValueError(f'{where} lacks the key {key!r}. Cure: run '
                             'tools/test.py again')
        if not isinstance(source[key], kind):
            raise ValueError(f'{where}: {key} cannot be {source[key]!r}')
    return {key: source[key] for key in kinds}


def read_scores(file: Path) -> List[Score]:
    """Reads what one run of ``tools/test.py`` wrote.

    Raises:
        ValueError: The file is broken, lacks a key, or has an unknown value.
    """
    try:
        content = json.loads(file.read_text(encoding='utf-8'))
    except ValueError as error:
        raise ValueError(f'{file} is no JSON ({error}). Cure: run '
                         'tools/test.py again') from error
    run = take(content, _RUN_KEYS, str(file))
    results = run.pop('results')
    if not results:
        raise ValueError(f'{file}: results is empty. Cure: run tools/test.py '
                         'again')
    run.update(
        config=Path(run['config']).name, seed=str(run['seed']), shots=None)
    if run['protocol'] == 'few_shot':
        run.update(take(content, dict(shots=int), str(file)))
    if 'list_seed' in content:
        run['seed'] += f' (list {content["list_seed"]})'
    scores = []
    for i, result in enumerate(results):
        where = f'{file}, results[{i}]'
        score = Score(file, **run, **take(result, _RESULT_KEYS, where))
        check_score(score, where)
        scores.append(score)
    return scores


def row_labels(key: RowKey) -> Tuple[str, ...]:
    """Returns the first cells of a row of ours."""
    we = f'{_MARK} {key.clip_share:g}' if key.clip_share else ''
    return key.method, we, _MARK if key.llm else ''


def paper_row(columns: Sequence[str], row: Dict[str, Any]) -> Row:
    """Returns a row of paper_results.json."""
    marks = {True: _MARK, False: '', None: MISSING}
    values = (
        tuple(value) if isinstance(value, list) else value
        for value in row['values'])
    return Row('paper', (row['method'], marks[row['we']], marks[row['llm']]),
               dict(zip(columns, values)))


def provenance(rows: Dict[RowKey, List[Score]]) -> List[List[str]]:
    """Returns what was tested, a line for all runs on the same list.

    Seeds and checkpoints are in the order of the runs.

    Args:
        rows: The scores of each row of ours.
    """
    groups: Dict[Tuple[str, ...], List[Score]] = {}
    for key, scores in rows.items():
        for score in scores:
            shots = f' K={score.shots}' if score.shots else ''
            cells = (*row_labels(key), f'{score.data_set}{shots}', score.split,
                     str(score.videos), score.labels, str(score.frames),
                     score.views)
            groups.setdefault(cells, []).append(score)
    lines = []
    for cells, scores in groups.items():
        top1 = as_text(mean([score.top1 for score in scores]))
        seeds = ', '.join(score.seed for score in scores)
        checkpoints = ', '.join(score.checkpoint for score in scores)
        lines.append([*cells, top1, seeds, checkpoints])
    return lines


def as_page(protocol: Protocol, columns: Sequence[str], rows: Sequence[Row],
            ours: Dict[RowKey, List[Score]]) -> str:
    """Returns the tables of a protocol, and warnings, in Markdown.

    Args:
        protocol: How the table is made.
        columns: Those that the paper has.
        rows: Ours and the paper's.
        ours: The scores of each row of ours.
    """
    cells = [(row.source, *row.labels, *(as_text(row.values[column])
                                         for column in columns))
             for row in rows]
    table = as_table(('Source', *_ROW_HEADER, *columns), cells)
    warnings = [
        f'Warning: {key.method}: {line}' for key, scores in ours.items()
        for line in disagreements(scores)
    ]
    tested = as_table((*_ROW_HEADER, *_LIST_HEADER), provenance(ours))
    parts = (f'## {protocol.title}', table, protocol.note, _LEGEND, *warnings,
             'What was tested:', tested)
    return '\n\n'.join(parts) + '\n'


def row_name(row: Row) -> str:
    """Returns what the legend of a plot calls a row."""
    method, we, llm = row.labels
    name = f'{method}, WE{we[1:]}' if _MARK in we else method
    return f'{name}{", LLM" if llm else ""} ({row.source})'


def row_styles(rows: Sequence[Row]) -> List[Dict[str, Any]]:
    """Returns red and yellow for our rows, which come first, else blues."""
    ours = sum(row.source == 'ours' for row in rows)
    warm = colormaps['autumn'](np.linspace(0, 0.7, ours))
    cold = colormaps['Blues'](np.linspace(0.2, 1, len(rows) - ours))
    return [
        dict(color=colour, label=row_name(row))
        for row, colour in zip(rows, (*warm, *cold))
    ]


def draw_bars(figure: Figure, columns: Sequence[str],
              rows: Sequence[Row]) -> None:
    """Draws a group of bars for each column of percentages."""
    columns = [c for c in columns if not isinstance(rows[0].values[c], str)]
    width = 0.9 / len(rows)
    figure.set_size_inches(3 + 0.13 * len(columns) * len(rows), 5)
    axes = figure.subplots()
    for i, (row, style) in enumerate(zip(rows, row_styles(rows))):
        pairs = [
            value if isinstance(value, tuple) else (value, 0)
            for value in (row.values[column] for column in columns)
        ]
        heights, deviations = np.array(pairs, float).T
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
            values = [row.values[f'{name} K={shots}'] for shots in SHOTS]
            line = 'o-' if row.source == 'ours' else '.--'
            axes.plot(SHOTS, np.array(values, float), line, **style)
        axes.set_xscale('log', base=2)
        axes.set_xticks(SHOTS, SHOTS)
        axes.set(title=name, xlabel='K', ylabel='top-1 %')


def plot(name: str, columns: Sequence[str], rows: Sequence[Row],
         path: Path) -> None:
    """Writes the plot of a protocol.

    Args:
        name: Key in ``PROTOCOLS``.
        columns: Those that the paper has.
        rows: Ours and the paper's.
        path: PNG file to write.
    """
    figure = Figure(dpi=120, layout='constrained')
    FigureCanvasAgg(figure)
    if name == 'few_shot':
        draw_lines(figure, rows)
    else:
        draw_bars(figure, columns, rows)
    figure.suptitle(PROTOCOLS[name].title)
    figure.axes[-1].legend(loc='upper left', bbox_to_anchor=(1, 1), fontsize=7)
    figure.savefig(path)


def collect(args: argparse.Namespace) -> None:
    """Prints the tables, and writes them if asked to.

    Args:
        args: The command line.

    Raises:
        OSError: A result is not there, or something cannot be written.
        ValueError: A result is broken.
    """
    found = [newest_result(work_dir) for work_dir in args.work_dirs]
    files = {file.resolve(): file for file in found}
    scores = [score for file in files.values() for score in read_scores(file)]
    paper = json.loads(PAPER.read_text(encoding='utf-8'))
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
    for name, protocol in PROTOCOLS.items():
        ours = group_rows(
            [score for score in scores if score.protocol == name])
        if not ours:
            continue
        columns = paper[name]['columns']
        rows = [
            Row('ours', row_labels(key), protocol.values(members))
            for key, members in ours.items()
        ] + [paper_row(columns, row) for row in paper[name]['rows']]
        page = as_page(protocol, columns, rows, ours)
        print(page)
        if args.out:
            (args.out / f'{name}.md').write_text(page, encoding='utf-8')
            plot(name, columns, rows, args.out / f'{name}.png')


def main() -> None:
    """Collects results."""
    try:
        collect(parse_args())
    except (OSError, ValueError) as error:
        sys.exit(f'error: {error}')


if __name__ == '__main__':
    main()
