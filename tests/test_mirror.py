"""Tests are found by name: they mirror the package."""
import ast
from pathlib import Path

import pytest

from tests.small import ROOT

PACKAGE = ROOT / 'projects/tc_clip'
# Modules without a test file, and why.
UNTESTED = {
    'version.py': 'holds a number, which test_cli.py prints',
}
MODULES = sorted(
    path.relative_to(PACKAGE) for path in PACKAGE.rglob('*.py')
    if path.name != '__init__.py')


@pytest.mark.parametrize('module', MODULES, ids=str)
def test_every_module_has_a_test_file_of_its_name(module):
    path = ROOT / 'tests' / module.with_name(f'test_{module.name}')
    if str(module) in UNTESTED:
        assert not path.exists(), f'{module} is tested: remove it from here'
    else:
        assert path.is_file(), f'add {path.relative_to(ROOT)}'


def test_what_is_not_tested_is_there():
    assert {*map(Path, UNTESTED)} <= {*MODULES}


def test_folders_with_tests_are_packages():
    """Otherwise pytest needs every file name to be the only one."""
    folders = {path.parent for path in (ROOT / 'tests').rglob('test_*.py')}
    assert [f for f in folders if not (f / '__init__.py').is_file()] == []


def test_init_files_define_nothing():
    """They have no tests of their name."""
    for path in PACKAGE.rglob('__init__.py'):
        nodes = ast.walk(ast.parse(path.read_text()))
        defined = [
            n for n in nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef))
        ]
        assert not defined, path
