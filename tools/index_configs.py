"""Writes the tables of configs/README.md, and docs/parts.md.

The table of a folder is below the line ``<!-- configs of FOLDER -->``.
"""
import ast
import re
from pathlib import Path
from typing import Iterator

from _checkout import ROOT

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


if __name__ == '__main__':
    README = CONFIGS / 'README.md'
    README.write_text(with_tables(README.read_text()))
    (ROOT / 'docs/parts.md').write_text(page())
