"""Lists of videos: what is read, and how wrong lines are named."""
import pytest

from projects.tc_clip.datasets.video_lists import (ListedVideo, parse_line,
                                                   read_video_list)


@pytest.mark.parametrize('line, options, path, labels', [
    ('a/b.mp4 3', {}, 'a/b.mp4', (3, )),
    ('my own video.mp4 3\n', {}, 'my own video.mp4', (3, )),
    ('take 2 3', {}, 'take 2', (3, )),
    ('a.mp4,3', dict(delimiter=','), 'a.mp4', (3, )),
    ('a b.mp4\t12', dict(delimiter='\t'), 'a b.mp4', (12, )),
    ('a.mp4 3 5 0', dict(several=True), 'a.mp4', (3, 5, 0)),
    ('my own video.mp4', dict(labelled=False), 'my own video.mp4', (-1, )),
    ('a.mp4 -1', dict(labelled=False), 'a.mp4', (-1, )),
])
def test_lines(line, options, path, labels):
    assert parse_line(line, **options) == ListedVideo(path, labels)


@pytest.mark.parametrize('line, options, message', [
    ('a.mp4', {}, "has no label: write a number after ' '"),
    ('a.mp4,3', {}, "has a comma before its label in place of ' ': set "
     "delimiter=','"),
    ('a.mp4\t3', {}, "has a tab before its label in place of ' '"),
    ('a.mp4 3', dict(delimiter=','), "has a space before its label"),
    ('a.mp4 -1', {}, 'has the label -1: labels count from 0'),
    ('a.mp4 -2', dict(labelled=False), 'has the label -2'),
    ('a.mp4 1.5', {}, 'has no label'),
])
def test_wrong_lines(line, options, message):
    with pytest.raises(ValueError) as error:
        parse_line(line, **options)
    assert str(error.value).startswith(message)


def test_mark_blank_lines_and_line_ends_are_skipped(tmp_path):
    path = tmp_path / 'list.txt'
    path.write_bytes('\ufeffa.mp4 0\r\n\r\nb ü.mp4 1\n\n'.encode())
    assert read_video_list(path) == [('a.mp4', (0, )), ('b ü.mp4', (1, ))]


@pytest.mark.parametrize('content, message', [
    (b'a.mp4 0\n\nb.mp4\n', "list.txt, line 3: 'b.mp4' has no label"),
    (b'\n \n', 'list.txt lists no video'),
    ('ü.mp4 0'.encode('latin-1'), 'list.txt is not UTF-8'),
])
def test_wrong_files_are_named(content, message, tmp_path):
    path = tmp_path / 'list.txt'
    path.write_bytes(content)
    with pytest.raises(ValueError) as error:
        read_video_list(path)
    assert message in str(error.value)


def test_a_list_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.delenv('MMACTION_DATA', raising=False)
    path = tmp_path / 'a' / 'train_3shot.txt'
    with pytest.raises(FileNotFoundError) as error:
        read_video_list(path)
    assert str(error.value).startswith(
        f'{path}: no such list of videos. tools/prepare_data.py writes those')
    assert 'and is not set, which means data. ' in str(error.value)
    monkeypatch.setenv('MMACTION_DATA', '/data')
    with pytest.raises(FileNotFoundError, match='them, and is /data. For'):
        read_video_list(path)
    path.parent.mkdir()
    for i in range(7):
        path.with_name(f'{i}.txt').write_text('')
    with pytest.raises(FileNotFoundError) as error:
        read_video_list(path)
    assert f'{path.parent} has 0.txt, 1.txt, 2.txt, 3.txt, 4.txt, 5.txt, ...' \
        in str(error.value)
