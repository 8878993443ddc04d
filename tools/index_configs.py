"""Writes the tables of configs/README.md, configs/metafile.yml, docs/parts.md.

The table of a folder is below the line ``<!-- configs of FOLDER -->``. In the
metafile only what is below the line ``Models:`` is written.
"""
import argparse
import ast
import re
from pathlib import Path
from typing import Iterator, List

import yaml
from _checkout import ROOT

from projects.tc_clip.evaluation.metafile import model_entry
from projects.tc_clip.parts import page

CONFIGS = ROOT / 'configs'
TABLE = re.compile(r'(<!-- configs of (\S+) -->\n)(?:\|.*\n)*')
HEADER = '| config | what it is | builds on | sets |\n' + 4 * '| --- ' + '|\n'


def settings(value: ast.expr, name: str) -> Iterator[str]:
    """Yields ``'name=value'`` for each value in nested dicts."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == 'dict':
        for option in value.keywords:
            if option.arg != '_delete_':
                yield from settings(option.value, f'{name}.{option.arg}')
    elif ast.unparse(value) != '_base_.class_texts':  # set by all protocols
        yield f'{name}={ast.unparse(value)}'


def row(path: Path) -> str:
    """Returns the row of a config.

    Args:
        path: file of the config.

    Raises:
        ValueError: the first line is not a comment with a sentence.
    """
    first, _, code = path.read_text().partition('\n')
    if not re.fullmatch(r'# \S.*\.', first):
        raise ValueError(f'{path}: the first line must be a sentence in a '
                         f'comment that says what it is, not {first!r}')
    body = ast.parse(code).body
    calls = [ast.unparse(line) for line in body if isinstance(line, ast.Expr)]
    assignments = {
        ast.unparse(line.targets[0]): line.value
        for line in body if isinstance(line, ast.Assign)
    }
    assignments.pop('work_dir', None)
    bases = ast.unparse(assignments.pop('_base_', ast.Constant('')))
    sets = [
        setting for name, value in assignments.items()
        for setting in settings(value, name)
    ]
    short = sets if len(sets) <= 4 else [*assignments]
    cells = re.findall(r"[^/']+\.py", bases), calls + short
    link = f'[`{path.name}`]({path.relative_to(CONFIGS).as_posix()})'
    texts = (', '.join(f'`{part}`' for part in cell) for cell in cells)
    return '| ' + ' | '.join([link, first[2:], *texts]) + ' |\n'


def with_tables(text: str) -> str:
    """Returns the text of configs/README.md with new tables."""
    return TABLE.sub(
        lambda found: found[1] + HEADER + ''.join(
            map(row, sorted((CONFIGS / found[2]).glob('*.py')))), text)


def leaf_configs() -> List[Path]:
    """Returns all configs but the parts in ``_base_``."""
    return [
        path for path in sorted(CONFIGS.rglob('*.py'))
        if '_base_' not in path.parts
    ]


def with_models(text: str) -> str:
    """Returns the text of configs/metafile.yml with new entries."""
    head = text.partition('Models:\n')[0]
    systems = [each['Name'] for each in yaml.safe_load(head)['Collections']]
    models = [
        model_entry(path, CONFIGS, systems) for path in leaf_configs()
        if path.parent.name != 'ablations'  # bases of the rows
    ]
    return head + yaml.safe_dump(
        dict(Models=models), sort_keys=False, width=79)


if __name__ == '__main__':
    argparse.ArgumentParser(description=__doc__).parse_args()
    for FILE, FILLED in ((CONFIGS / 'README.md', with_tables),
                         (CONFIGS / 'metafile.yml', with_models)):
        FILE.write_text(FILLED(FILE.read_text()))
    (ROOT / 'docs/parts.md').write_text(page())
