"""Writes and reads the HTML page that holds a run.

The page holds the data, and the script that draws it. It loads no other file,
so it can be opened from a disk or sent by mail.
"""
import json
import re
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Dict

from ..files import write_text

FORMAT = 2  # of the data; a page of another one cannot be joined
_FOLDER = Path(__file__).parent
# In the order in which the page runs them.
SCRIPTS = ('state', 'videos', 'maps', 'stage', 'strip', 'classes', 'models',
           'controls')
_DATA = re.compile('<script type="application/json" id="run">(.*?)</script>',
                   re.DOTALL)


def write_document(path: Path, title: str, run: Dict[str, Any]) -> None:
    """Writes the page of a run.

    Args:
        path: ``.html`` file; its folder is made.
        title: headline of the page.
        run: plain data, as :func:`run_page.page_data` returns it.
    """
    scripts = [(_FOLDER / f'page_{name}.js').read_text('utf-8')
               for name in SCRIPTS]
    page = Template((_FOLDER / 'page.html').read_text('utf-8')).substitute(
        title=escape(title),
        style=(_FOLDER / 'page.css').read_text('utf-8'),
        script='\n'.join(scripts),
        # a name could contain the end tag of the element that holds the data
        run=json.dumps(run, ensure_ascii=False).replace('<', '\\u003c'))
    write_text(path, page)


def read_document(path: Path) -> Dict[str, Any]:
    """Reads the run that a page holds.

    Args:
        path: a page of :func:`write_document`.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not such a page, or of another version.
    """
    data = _DATA.search(path.read_text('utf-8', errors='replace'))
    if data is None:
        raise ValueError(f'{path} is not a page of a test: give an index.html '
                         'that tools/test.py --show-dir has written')
    run = json.loads(data.group(1))
    if run.get('format') != FORMAT:
        raise ValueError(f'{path} was written by another version: write it '
                         'again with tools/test.py --show-dir')
    return run
