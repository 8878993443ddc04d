"""Links, paths and commands of the documentation lead somewhere."""
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / 'projects/tc_clip'
PAGES = [
    ROOT / 'README.md', ROOT / 'CONTRIBUTING.md', ROOT / 'CHANGELOG.md',
    ROOT / 'configs/README.md', *sorted((ROOT / 'docs').glob('*.md'))
]
LINK = re.compile(r'\]\(([^)#\s]*)(?:#([^)\s]*))?\)')
BLOCK = re.compile(r'^```.*?^```$', re.S | re.M)


def anchors(page):
    """Returns the names by which links reach the headings of a page."""
    text = BLOCK.sub('', page.read_text(encoding='utf-8'))
    return {
        re.sub(r'[^\w -]', '', title.lower()).replace(' ', '-')
        for title in re.findall(r'^#+ (.*)$', text, re.M)
    }


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_and_headings(page):
    text = BLOCK.sub('', page.read_text(encoding='utf-8'))
    for name, anchor in LINK.findall(text):
        if name.startswith(('http:', 'https:')):
            continue
        target = page.parent / name if name else page
        assert target.exists(), name
        assert not anchor or anchor in anchors(target), f'{name}#{anchor}'


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_files_that_are_named_exist(page):
    names = re.findall(
        r'\b(?:tools|tests|projects)/[\w/]+\.\w+|'
        r'(?<![\w/])configs/[\w/-]+\.py', page.read_text(encoding='utf-8'))
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_readme_is_short_and_the_index_lists_all_pages():
    lines = (ROOT / 'README.md').read_text(encoding='utf-8').splitlines()
    assert len(lines) <= 250
    index = (ROOT / 'docs/README.md').read_text(encoding='utf-8')
    listed = {name for name, _ in LINK.findall(index)}
    assert {page.name for page in (ROOT / 'docs').glob('*.md')} <= \
        listed | {'README.md'}


def test_contributing_names_files_of_the_package():
    text = (ROOT / 'CONTRIBUTING.md').read_text(encoding='utf-8')
    cells = re.findall(r'^\| \w.* \| (.*) \|$', text, re.M)
    assert len(cells) > 15
    for cell in cells:
        folder = PACKAGE
        for name in re.findall(r'`([\w/.]+(?:\.py|/))`', cell):
            found = [
                root / name for root in (PACKAGE, ROOT, folder)
                if (root / name).exists()
            ]
            assert found, name
            folder = found[0].parent


def test_commands_of_the_wheel_are_listed():
    from projects.tc_clip.cli import COMMANDS
    text = (ROOT / 'docs/install.md').read_text(encoding='utf-8')
    rows = re.findall(r'^\| `tc-clip (\w+)` \| `python tools/(\S+)` \|$', text,
                      re.M)
    assert dict(rows) == COMMANDS
