"""Finding the videos that lists mean, and decoding them apart from us."""
import os
import time

import pytest

from projects.tc_clip.datasets.preparation import video_files


def test_videos_that_end_or_block_their_process(monkeypatch):

    def decode(path):
        if path.startswith('ends'):
            os._exit(3)
        if path == 'blocks':
            time.sleep(60)
        return 'is odd' if path == 'odd' else ''

    monkeypatch.setattr(video_files, 'decode_middle', decode)
    monkeypatch.setattr(video_files, '_MOST_SECONDS', 4)
    paths = ['a', 'ends', 'b', 'blocks', 'odd', 'ends too', 'c', 'd']
    lost = 'ends the process that reads it, with status 3'
    assert video_files.decode_errors(paths, 2) == {
        'ends': lost,
        'ends too': lost,
        'blocks': 'takes more than 4 s',
        'odd': 'is odd'
    }
    assert video_files.decode_errors([], 2) == {}


def test_stems_and_suffixes():
    index = {'a.b': ['x/a.b.MP4'], 'c': ['y z/c.avi'], 'd': ['d.mp4', 'd.avi']}
    match = video_files.match_video
    assert match('a.b', index) == match('other/a.b.webm', index) == 'x/a.b.MP4'
    assert match('A.B', index) is None
    assert match('d.avi', index) == 'd.avi'
    for listed, message in (('c', "'y z/c.avi' has a space"),
                            ('d', 'may be any of'), ('d.mkv', 'may be any')):
        with pytest.raises(ValueError, match=message):
            match(listed, index)


def test_videos_are_found_through_links_and_hidden_ones_are_not(tmp_path):
    (tmp_path / 'real').mkdir()
    (tmp_path / 'root').mkdir()
    for name in ('a.WEBM', '._a.mp4', 'a.txt'):
        (tmp_path / 'real' / name).write_text('')
    (tmp_path / 'root/link').symlink_to(tmp_path / 'real')
    index = video_files.index_videos(tmp_path / 'root')
    assert index == {'a': ['link/a.WEBM']}
