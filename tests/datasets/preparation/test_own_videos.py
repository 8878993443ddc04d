"""Videos of a user, with their classes."""
import pytest

from projects.tc_clip.datasets.preparation.own_videos import (
    classes_of, counts_of, videos_of_folders, videos_of_table, with_groups)


@pytest.fixture
def folder(tmp_path):
    """A folder of empty files that are called as videos."""
    for name in ('walk/ann_1.mp4', 'walk/bob_1.MP4', 'play chess/ann 2.mp4',
                 'play chess/deep/bob_2.avi', 'play chess/notes.txt'):
        path = tmp_path / 'videos' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / 'videos'


@pytest.fixture
def table(folder):
    """Returns a function that writes a table; returns its videos."""

    def read(text, name='labels.csv', class_names=None):
        path = folder.parent / name
        path.write_text(text, encoding='utf-8')
        return [(video.path.relative_to(folder).as_posix(), video.labels)
                for video in videos_of_table(path, folder, class_names)]

    return read


def test_classes_are_folders(folder):
    videos = videos_of_folders(folder)
    assert classes_of(videos) == ['play chess', 'walk']
    assert counts_of(videos, ['walk', 'play chess']) == {
        'walk': 2,
        'play chess': 2
    }
    assert len({video.group for video in videos}) == 4


def test_a_video_in_no_class(folder):
    (folder / 'loose.mp4').touch()
    with pytest.raises(ValueError, match='1 videos are in no folder.*loose'):
        videos_of_folders(folder)


def test_no_videos(tmp_path):
    with pytest.raises(ValueError, match='holds no videos'):
        videos_of_folders(tmp_path)


@pytest.mark.parametrize('pattern', ['([a-z]+)[ _][0-9]', 'ann|bob'])
def test_groups(folder, pattern):
    videos = with_groups(videos_of_folders(folder), pattern, folder)
    assert sorted(video.group
                  for video in videos) == ['ann', 'ann', 'bob', 'bob']


@pytest.mark.parametrize('pattern, message', [
    ('(', 'not a regular expression'),
    ('cid', "'cid' is not found in 'play chess/ann 2.mp4'"),
])
def test_groups_that_are_not_there(folder, pattern, message):
    with pytest.raises(ValueError, match=message):
        with_groups(videos_of_folders(folder), pattern, folder)


@pytest.mark.parametrize('name, text', [
    ('labels.csv', 'walk/ann_1.mp4,walk\nplay chess/ann 2.mp4,"play, chess"'),
    ('labels.csv', '\ufeffVideo,Group,Label\nwalk/ann_1.mp4,g,walk\n\n'
     'play chess/ann 2.mp4,g,"play, chess"\n'),
    ('labels.txt', 'walk/ann_1.mp4 walk\n\nplay chess/ann 2.mp4  play, chess'),
])
def test_tables(table, name, text):
    assert table(text, name) == [('walk/ann_1.mp4', ('walk', )),
                                 ('play chess/ann 2.mp4', ('play, chess', ))]


def test_several_labels_and_groups(folder, tmp_path):
    path = tmp_path / 'labels.csv'
    path.write_text('walk/ann_1.mp4,walk | talk,ann\nwalk/bob_1.MP4,talk\n')
    first, second = videos_of_table(path, folder)
    assert (first.labels, first.group) == (('walk', 'talk'), 'ann')
    assert (second.labels, second.group) == (('talk', ), str(second.path))


def test_numbers_get_names(table):
    text = 'walk/ann_1.mp4 1\nwalk/bob_1.MP4 0'
    assert table(text, 'list.txt',
                 ['run', 'walk']) == [('walk/ann_1.mp4', ('walk', )),
                                      ('walk/bob_1.MP4', ('run', ))]
    with pytest.raises(ValueError, match="'1' is the number of a class"):
        table(text, 'list.txt')
    with pytest.raises(ValueError, match='no class name for label 1'):
        table(text, 'list.txt', ['run'])


@pytest.mark.parametrize('name, text, message', [
    ('a.csv', 'video,name\nwalk/ann_1.mp4,walk', 'needs the columns'),
    ('a.csv', 'walk/ann_1.mp4', 'needs a video and a label'),
    ('a.txt', 'walk/ann_1.mp4', "line 1: 'walk/ann_1.mp4' must be"),
    ('a.txt', '\n\n', 'lists no video'),
])
def test_wrong_tables(table, name, text, message):
    with pytest.raises(ValueError, match=message):
        table(text, name)


def test_a_video_that_is_not_there(table):
    with pytest.raises(FileNotFoundError, match='no such video: .*cid.mp4'):
        table('cid.mp4 walk', 'a.txt')


def test_a_table_in_another_encoding_is_named(tmp_path):
    file = tmp_path / 'table.csv'
    file.write_text('video,label', encoding='utf-16')
    with pytest.raises(ValueError, match='table.csv is not UTF-8'):
        videos_of_table(file, tmp_path)
