"""Files that are either complete or not there."""
import pytest

from projects.tc_clip.files import replacing, write_json


def test_a_file_is_replaced_when_it_is_complete(tmp_path):
    path = tmp_path / 'new/folder/a.json'
    write_json(path, dict(a='old'))
    with replacing(path) as unfinished:
        unfinished.write_text('new')
        assert path.read_text() == '{\n  "a": "old"\n}\n'
    assert path.read_text() == 'new'
    assert [*path.parent.iterdir()] == [path]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / 'a.txt'
    path.write_text('old')
    with pytest.raises(RuntimeError, match='no space'):
        with replacing(path) as unfinished:
            unfinished.write_text('half of the ')
            raise RuntimeError('no space')
    assert path.read_text() == 'old'
    assert [*tmp_path.iterdir()] == [path]
