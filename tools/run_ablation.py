"""Trains and tests an ablation table's rows; prints it beside the paper's.

    python tools/run_ablation.py temporal_model --demo
    python tools/run_ablation.py components tc tc_vp --seeds 0 1 2
    python tools/run_ablation.py systems --demo

The rows of TABLE are the configs in configs/ablations/TABLE. They change the
config that --base or the environment variable BASE names, by default the
recipe of the paper. The rows of systems are whole configs: TC-CLIP and the
systems that it is compared with, zero-shot, or small ones with --demo. A row
that has a result below --work-dir is not run again, and an interrupted one is
resumed from its last checkpoint; other epochs, options or data replace it. The
table shows the accuracy of the last epoch, or with --checkpoint best of the
epoch with the highest validation accuracy, costs, which are measured each time
on random clips, and the paper's figures, which are in paper_ablations.json of
the package.
"""
import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import _checkout  # first: Ctrl-C then ends imports with one line
import torch
from _ablation_costs import VIEWS, Cost, device, measure
from _ablation_rows import (CONFIGS, PAPER, SYSTEMS, chosen_rows, row_files,
                            system_files)
from _ablation_runs import (RESULT, Run, base_of_rows, epoch_options,
                            train_and_test)

from projects.tc_clip.checkpoints import RULES
from projects.tc_clip.config_files import config_file
from projects.tc_clip.evaluation import ablations, protocols, scores
from projects.tc_clip.evaluation.tables import MISSING
from projects.tc_clip.files import write_text

TABLES = CONFIGS / 'ablations'
NAMES = [name for name in PAPER if name != 'source']
DEMO = CONFIGS / 'demo/tcclip_motion.py'
ZERO_SHOT_TABLES = 'components', 'prompting'

Result = Dict[str, Any]


def parse_args(argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('table', choices=NAMES, metavar='TABLE', help=', '.join(NAMES))
    add('rows', nargs='*', metavar='ROW', help='only these rows')
    base = parser.add_mutually_exclusive_group()
    base.add_argument(
        '--base',
        type=Path,
        metavar='CONFIG',
        help='config that the rows change')
    base.add_argument(
        '--demo',
        action='store_true',
        help='a small model on the demo videos, which are made if needed')
    add('--seeds', type=int, nargs='+', default=[0], metavar='N')
    add('--work-dir', type=Path, default=Path('work_dirs/ablations'))
    add('--epochs', type=int, metavar='N', help="instead of the config's")
    add('--checkpoint',
        choices=RULES,
        default='last',
        help='epoch to test, see above (%(default)s)')
    add('--out', type=Path, metavar='DIR', help='write DIR/TABLE.md as well')
    add('--cfg-options',
        nargs='+',
        default=[],
        metavar='KEY=VALUE',
        help="changes of every row's config, as for tools/train.py")
    args = parser.parse_args(argv)
    if args.epochs is not None and args.epochs < 1:
        parser.error(f'--epochs {args.epochs} must be 1 or more')
    if args.base and args.table == SYSTEMS:
        parser.error(f'--base {args.base}: the rows of {SYSTEMS} are whole '
                     'configs, which change no other; leave it out')
    return args


def base_config(args: argparse.Namespace) -> Path:
    """Returns the config that the rows change.

    Args:
        args: the command line.

    Raises:
        SystemExit: there is no such config.
    """
    recipe = ('zero_shot/tcclip_k400.py' if args.table in ZERO_SHOT_TABLES else
              'few_shot/tcclip_hmdb51.py')
    default = DEMO if args.demo else os.environ.get('BASE', CONFIGS / recipe)
    try:
        return config_file(args.base or default).resolve()
    except FileNotFoundError as error:
        raise SystemExit(f'error: {error}') from error


def make_demo_data() -> None:
    """Makes the demo videos as tools/demo.sh does."""
    command = [_checkout.ROOT / 'tools/make_demo_data.py', 'data/motion']
    subprocess.run([sys.executable, *map(str, command)],
                   check=True,
                   stdout=sys.stderr)


def run_rows(rows: Dict[str, Path], args: argparse.Namespace,
             folder: Path) -> Dict[str, List[Result]]:
    """Trains and tests rows with every seed.

    Args:
        rows: configs, by row.
        args: the command line.
        folder: folder of the table's work dirs.

    Returns:
        A result for each seed, by row.
    """
    results: Dict[str, List[Result]] = {}
    for name, path in rows.items():
        options = epoch_options(path, args.epochs) + args.cfg_options
        for seed in args.seeds:
            print(f'== {name}, seed {seed}', file=sys.stderr, flush=True)
            run = Run(path, options, seed, folder / f'{name}_seed{seed}',
                      args.checkpoint)
            results.setdefault(name, []).append(train_and_test(run))
    return results


def accuracies(results: Sequence[Result]) -> protocols.Values:
    """Returns the accuracies of a row, by column.

    Args:
        results: results of the row, one for each seed.
    """
    if 'protocol_results' not in results[0]:
        return ablations.accuracy_over_seeds(
            [result['accuracy'] for result in results])
    return ablations.protocol_columns([
        scores.scores_of_run(result['protocol_results'], Path(RESULT))
        for result in results
    ])


def deviation_note(results: Sequence[Result]) -> str:
    """Returns a note on the standard deviations of a row's figures.

    Args:
        results: results of the row, one for each seed.
    """
    protocol = results[0].get('protocol_results', {}).get('protocol')
    over = protocols.PROTOCOLS[protocol].deviation if protocol else ''
    if not over and len(results) == 1:
        return ''
    return (f' (mean ± standard deviation over {over or "seeds"}, that of the '
            'population)')


def cost_cells(cost: Cost) -> List[str]:
    """Returns costs as text."""
    memory = cost.memory
    return [
        f'{cost.parameters / 1e6:.4g}', f'{cost.trained / 1e6:.4g}',
        f'{cost.gflops:.4g}', f'{cost.views_per_second:.1f}',
        MISSING if memory is None else f'{memory / 2**20:.1f}'
    ]


def settings_text(results: Dict[str, List[Result]]) -> str:
    """Returns options, epochs and seeds of the rows of a table."""
    settings = [row[0]['settings'] for row in results.values()]
    options = dict.fromkeys(option for each in settings
                            for option in each['options'])
    epochs = dict.fromkeys(str(each['epochs']) for each in settings)
    seeds = [
        str(result['settings']['seed'])
        for result in next(iter(results.values()))
    ]
    listed = ', '.join(f'`{option}`' for option in options)
    return (f'{" with " if options else ""}{listed}; '
            f'epochs: {", ".join(epochs)}; seeds: {", ".join(seeds)}')


def what_was_run(base: str, results: Dict[str, List[Result]],
                 costs: Dict[str, Cost]) -> str:
    """Returns the text below a table: settings and units of its figures."""
    first, cost = next(iter(results.values())), next(iter(costs.values()))
    return (f'Ours: `{base}`{settings_text(results)}'
            f'{deviation_note(first)}; videos tested '
            f'with the weights of the {first[0].get("checkpoint", "last")} '
            f'epoch: {first[0]["videos"]}. '
            'GFLOPs (a multiply-add counts as two) are for a view, views/s '
            f'for {VIEWS} at once, both of the vision tower and neck in '
            'float32; memory is the peak of a training step above the model, '
            f'{cost.batch} videos in {cost.dtype}. Measured on {device()}, '
            f'threads: {torch.get_num_threads()}.')


def as_markdown(table: str, base: str, results: Dict[str, List[Result]],
                costs: Dict[str, Cost]) -> str:
    """Returns a table in Markdown, and the settings of its runs.

    Args:
        table: key in ``PAPER``.
        base: name of the config that the rows change.
        results: a result for each seed, by row.
        costs: costs by row.
    """
    paper = PAPER[table]
    rows = {name: accuracies(result) for name, result in results.items()}
    cells = {name: cost_cells(cost) for name, cost in costs.items()}
    parts = (f'## {paper["title"]}',
             ablations.ablation_table(paper, rows, cells),
             what_was_run(base, results,
                          costs), ablations.ablation_note(paper))
    return '\n\n'.join(parts) + '\n'


def run_systems(args: argparse.Namespace) -> str:
    """Trains, tests and measures the systems; returns the table.

    Args:
        args: the command line.

    Raises:
        SystemExit: a row does not exist, or failed.
    """
    folder = 'demo' if args.demo else 'zero_shot'
    rows = chosen_rows(system_files(args.demo), args.rows, SYSTEMS)
    return run_and_measure(rows, args, folder, f'configs/{folder}')


def run_table(args: argparse.Namespace, tables: Path = TABLES) -> str:
    """Trains, tests and measures the rows of a table.

    Args:
        args: the command line.
        tables: folder of the tables' folders.

    Returns:
        The table in Markdown.

    Raises:
        SystemExit: a config does not exist, or a row failed.
    """
    if args.table == SYSTEMS:
        return run_systems(args)
    base = base_config(args)
    rows = chosen_rows(row_files(tables / args.table), args.rows, args.table)
    name = os.path.relpath(
        base, _checkout.ROOT) if _checkout.ROOT in base.parents else base.name
    with base_of_rows(base):
        return run_and_measure(rows, args, base.stem, name)


def run_and_measure(rows: Dict[str, Path], args: argparse.Namespace,
                    folder: str, name: str) -> str:
    """Trains, tests and measures rows; returns their table.

    Args:
        rows: configs, by row.
        args: the command line.
        folder: name of the folder of their work dirs.
        name: what the rows are, for the text below the table.
    """
    if args.demo:
        make_demo_data()
    # MMEngine stores paths of checkpoints; they must not depend on the folder
    # from which the tool is called.
    results = run_rows(rows, args,
                       args.work_dir.resolve() / folder / args.table)
    print('== Costs', file=sys.stderr, flush=True)
    costs = measure(rows, args.cfg_options)
    return as_markdown(args.table, name, results, costs)


def main() -> None:
    """Runs a table, prints it, and writes it if asked to."""
    args = parse_args()
    page = run_table(args)
    print(page)
    if args.out:
        write_text(args.out / f'{args.table}.md', page)


if __name__ == '__main__':
    _checkout.run_main(main)
