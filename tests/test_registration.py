"""Importing the package registers every part, and rooms stay in their order.
"""
import ast
import json
import subprocess
import sys

from tests.small import ROOT

PACKAGE = ROOT / 'projects/tc_clip'
# A room may import those before it, never one after it.
ROOMS = ('version', 'user_errors', 'registry', 'allowed_types', 'parts',
         'files', 'journal', 'processes', 'shards', 'config_files',
         'checkpoints', 'compat', 'clip', 'models', 'datasets', 'evaluation',
         'visualization', 'engine', 'apis', 'deployment', 'profiling', 'cli')
REGISTERED = """
import json
import projects.tc_clip
from mmengine import registry
names = {
    name: [part for registry in (root, *root.children.values())
           for part, kind in registry.module_dict.items()
           if kind.__module__.startswith('projects.tc_clip.')
           and '.compat' not in kind.__module__]  # a stand-in for mmaction2's
    for name, root in vars(registry).items()
    if isinstance(root, registry.Registry)}
print(json.dumps(sorted(part for parts in names.values() for part in parts)))
"""


def trees():
    """Parses the package: pairs of a path below it and its syntax tree."""
    for path in sorted(PACKAGE.rglob('*.py')):
        yield path.relative_to(PACKAGE), ast.parse(path.read_text())


def registered_in_source():
    """Lists the classes that the source decorates with ``register_module``."""
    return sorted(node.name for path, tree in trees() for node in tree.body
                  if isinstance(node, ast.ClassDef) and any(
                      'register_module' in ast.unparse(decorator)
                      for decorator in node.decorator_list))


def test_import_registers_what_the_source_registers():
    done = subprocess.run([sys.executable, '-c', REGISTERED],
                          cwd=ROOT,
                          capture_output=True,
                          text=True,
                          check=True)
    expected = registered_in_source()
    assert json.loads(done.stdout.splitlines()[-1]) == expected
    assert {'TCCLIPViT', 'TCCLIPInferencer', 'OnnxRecognizer'} <= {*expected}


def imported_rooms(path, tree):
    """Yields the rooms of the package that a file imports."""
    package = list(path.parts[:-1])
    for node in tree.body:  # imports in functions are made when needed
        if isinstance(node, ast.ImportFrom) and node.level:
            above = package[:len(package) - node.level + 1]
            names = [node.module] if node.module else [
                alias.name for alias in node.names
            ]
            for name in names:
                yield [*above, *name.split('.')][0]


def test_no_room_imports_one_above_it():
    for path, tree in trees():
        room = path.parts[0].replace('.py', '')
        if room == '__init__':
            continue
        for other in imported_rooms(path, tree):
            assert ROOMS.index(other) <= ROOMS.index(room), (
                f'{path} imports {other}')
