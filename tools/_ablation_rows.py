"""Finds the configs of the rows of an ablation table."""
from pathlib import Path
from typing import Dict, Sequence

import _checkout  # noqa: F401 - finds the package without installation

from projects.tc_clip.config_files import config_folder, zero_shot_config
from projects.tc_clip.evaluation.tables import read_paper

CONFIGS = config_folder()
PAPER = read_paper('ablations')
SYSTEMS = 'systems'


def system_files(demo: bool) -> Dict[str, Path]:
    """Returns the configs of the systems, by row.

    Args:
        demo: whether they are those of the demo's videos, or zero-shot.
    """
    names = [entry['row'] for entry in PAPER[SYSTEMS]['rows']]
    return {
        name:
        CONFIGS / f'demo/{name}_motion.py' if demo else zero_shot_config(name)
        for name in names
    }


def row_files(folder: Path) -> Dict[str, Path]:
    """Returns the configs of a table's folder, by row."""
    return {path.stem: path for path in sorted(folder.glob('*.py'))}


def chosen_rows(files: Dict[str, Path], wanted: Sequence[str],
                table: str) -> Dict[str, Path]:
    """Returns the configs of the wanted rows, in the order of the paper.

    Args:
        files: configs of all rows; those that the paper lacks come last.
        wanted: names of rows; all if empty.
        table: key in ``PAPER``.

    Raises:
        SystemExit: a wanted row does not exist, or there are no rows.
    """
    order = [entry['row'] for entry in PAPER[table]['rows']]
    unknown = [name for name in wanted if name not in files]
    if unknown or not files:
        raise SystemExit(f'error: {table} has no {", ".join(unknown) or "row"}'
                         f'. Its rows: {", ".join(files) or "none"}')
    names = [name for name in order if name in files]
    names += [name for name in files if name not in order]
    return {name: files[name] for name in names if name in (wanted or files)}
