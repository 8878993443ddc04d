"""Results that are written as they come, after any interruption."""
import re

import pytest

from projects.tc_clip.journal import Journal, read_all

RECORDS = [dict(video='a.mp4', label='run'), dict(video='日本 "b".mp4\n')]


def write(path):
    journal = Journal(path)
    for record in RECORDS:
        journal.add(record)
    return path


def test_records_are_read_as_they_were_written(tmp_path):
    path = write(tmp_path / 'new/journal.jsonl')
    assert read_all([path]) == RECORDS
    assert read_all([path, tmp_path / 'none', path]) == RECORDS * 2
    assert len(path.read_text('utf-8').splitlines()) == 2


def test_a_file_that_is_cut_anywhere_keeps_its_complete_lines(tmp_path):
    content = write(tmp_path / 'journal.jsonl').read_bytes()
    for size in range(len(content) + 1):
        path = tmp_path / f'{size}.jsonl'
        path.write_bytes(content[:size])
        journal = Journal(path)
        whole = RECORDS[:content[:size].count(b'\n')]
        assert read_all([path]) == whole
        journal.add(RECORDS[1])
        assert read_all([path]) == [*whole, RECORDS[1]]


def test_a_failed_write_leaves_no_damaged_line(tmp_path, monkeypatch):
    journal = Journal(write(tmp_path / 'journal.jsonl'))
    with monkeypatch.context() as patch:
        patch.setattr('builtins.open', FullDisk(open))
        with pytest.raises(OSError, match='No space left'):
            journal.add(RECORDS[0])
    assert journal.path.read_bytes().endswith(b'half')
    journal.add(RECORDS[0])
    assert read_all([journal.path]) == [*RECORDS, RECORDS[0]]


class FullDisk:
    """Opens files that take half a line when they are appended to."""

    def __init__(self, really):
        self.really = really

    def __call__(self, path, mode='r', *args):
        if mode == 'ab':
            with self.really(path, mode) as file:
                file.write(b'half')
            raise OSError(28, 'No space left on device', str(path))
        return self.really(path, mode, *args)


@pytest.mark.parametrize('line', ['no JSON', '[1]', '{"a": 1', '\xff'])
def test_another_file_is_an_error(tmp_path, line):
    path = write(tmp_path / 'journal.jsonl')
    path.write_bytes(path.read_bytes() + line.encode('latin-1') + b'\n')
    message = f'{path}, line 3: is not a record of an interrupted run'
    with pytest.raises(ValueError, match=re.escape(message)):
        read_all([path])
