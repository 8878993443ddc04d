"""Docstrings are in one dialect, and all text is in plain words."""
import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE = [
    file for folder in ('projects', 'tools', 'configs')
    for file in (ROOT / folder).rglob('*.py')
]
PAGES = [
    *ROOT.glob('*.md'), *(ROOT / 'docs').rglob('*.md'),
    *(ROOT / 'configs').rglob('*.md')
]
# In lower case, except names and acronyms: D, RGB, MMEngine's.
CAPITAL_ENTRY = re.compile(r'^ {4}[*\w]+: (?:An?|[A-Z][a-z]+) .*', re.M)
THIRD_PERSON = re.compile(r'\w+s\b|See :')
RIDDLE = re.compile(r'(?i)cure:|(?<!there )\b(?:is|are) no (?!longer)[a-z]|'
                    r"\bshall\b|says so|of (?:its|one's|their) own")


def docstrings():
    """Yields the nodes of the code that have a docstring, with it."""
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text('utf-8'))):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                yield node, ast.get_docstring(node) or ''


def is_property(node):
    """Returns whether a function is a property."""
    return 'property' in map(ast.unparse, node.decorator_list)


def test_entries_start_in_lower_case():
    sections = (section for _, text in docstrings() for section in re.findall(
        r'^(?:Args|Attributes|Raises):\n((?: .*\n?)+)', text, re.M))
    assert [e for s in sections for e in CAPITAL_ENTRY.findall(s)] == []


def test_summaries_of_functions_are_in_the_third_person():
    assert [
        text for node, text in docstrings()
        if isinstance(node, ast.FunctionDef) and text and not is_property(node)
        and not THIRD_PERSON.match(text)
    ] == []


def test_text_is_in_plain_words():
    assert [
        f'{file.relative_to(ROOT)}:{number}: {line}' for file in CODE + PAGES
        for number, line in enumerate(file.read_text('utf-8').splitlines(), 1)
        if RIDDLE.search(line)
    ] == []
