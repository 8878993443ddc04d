"""The HTML file: what is in it, and how it is read."""
import re

import pytest

from projects.tc_clip.visualization import page_document
from projects.tc_clip.visualization.page_document import (FORMAT,
                                                          read_document,
                                                          write_document)

RUN = dict(format=FORMAT, odd='</script><b>odd</b>', videos=[])


def test_a_run_is_read_as_it_was_written(tmp_path):
    path = tmp_path / 'new/a.html'
    write_document(path, 'title', RUN)
    assert read_document(path) == RUN


def test_nothing_is_loaded_and_no_name_becomes_a_tag(tmp_path):
    write_document(tmp_path / 'a.html', 'A <run>', RUN)
    text = (tmp_path / 'a.html').read_text('utf-8')
    assert 'http' not in text and '<b>odd' not in text
    assert not re.search(r'<(link|img|iframe)|@import|url\(|src="', text)
    assert '<title>A &lt;run&gt;</title>' in text
    assert not re.search(r'innerHTML|insertAdjacentHTML|document\.write', text)


def test_all_scripts_are_in_the_page_and_short():
    folder = page_document._FOLDER
    files = sorted(folder.glob('*.js'))
    assert [f.name for f in files] == sorted(f'page_{name}.js'
                                             for name in page_document.SCRIPTS)
    assert max(len(f.read_text('utf-8').splitlines()) for f in files) < 350


@pytest.mark.parametrize('text, message', [
    ('<html></html>', 'a.html is not a page of a test: give an index.html'),
    ('<script type="application/json" id="run">{"format": 1}</script>',
     'a.html was written by another version'),
])
def test_other_files_are_refused(tmp_path, text, message):
    (tmp_path / 'a.html').write_text(text)
    with pytest.raises(ValueError, match=message):
        read_document(tmp_path / 'a.html')
