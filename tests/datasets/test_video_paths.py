"""Which files below a folder are videos."""
import os
from pathlib import Path

import pytest

from projects.tc_clip.datasets.video_paths import (VIDEO_SUFFIXES, is_video,
                                                   search_videos, videos_below)


@pytest.mark.parametrize('name, wanted', [
    ('clip.mp4', True),
    ('CLIP.MP4', True),
    ('a.b.WebM', True),
    ('00001.MTS', True),
    ('a.m2ts', True),
    ('phone.3gp', True),
    ('a.ogv', True),
    ('folder.txt/clip.avi', True),
    ('.clip.mp4', False),
    ('._clip.mp4', False),
    ('clip.mp4.part', False),
    ('clip', False),
    ('mp4', False),
    ('clip.mp4/notes.txt', False),
])
def test_the_suffix_decides_in_either_case(name, wanted):
    assert is_video(name) == is_video(Path(name)) == wanted


def test_every_suffix_counts():
    assert all(is_video(f'a{suffix}') for suffix in VIDEO_SUFFIXES)


def test_videos_are_found_at_any_depth_and_through_links(tmp_path):
    """Cameras write CLIP.MP4, and data sets are links; cf. macOS's ._ files.
    """
    root, elsewhere = tmp_path / 'root', tmp_path / 'elsewhere'
    for path in (root / 'b.mp4', root / 'CLIP.MP4', root / 'a/deep/c.mkv',
                 root / 'a/._c.mkv', root / '.hidden.mp4', root / 'a.txt',
                 elsewhere / 'd.avi'):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (root / 'link').symlink_to(elsewhere)
    (root / 'e.mov').symlink_to(elsewhere / 'd.avi')
    names = [path.relative_to(root).as_posix() for path in videos_below(root)]
    assert names == [
        'CLIP.MP4', 'a/deep/c.mkv', 'b.mp4', 'e.mov', 'link/d.avi'
    ]


def test_a_folder_without_videos_is_empty(tmp_path):
    (tmp_path / 'notes.txt').touch()
    assert videos_below(tmp_path) == []


def test_what_is_skipped_is_counted(tmp_path):
    for name in ('a.mp4', 'b.MP4', '._a.mp4', '.DS_Store', 'c.JPG', 'd.jpg',
                 'README'):
        (tmp_path / name).touch()
    (tmp_path / 'gone.mp4').symlink_to(tmp_path / 'nothing')
    os.mkfifo(tmp_path / 'pipe.mp4')
    found = search_videos(tmp_path)
    assert [path.name for path in found.videos] == ['a.mp4', 'b.MP4']
    assert found.note() == (
        '2 hidden, 1 links to nothing, 1 not regular '
        'files, 2 with the suffix .jpg, 1 without a suffix')
    assert search_videos(tmp_path / 'b.MP4').note() == ''


def test_links_that_lead_back_are_followed_once(tmp_path):
    (tmp_path / 'a').mkdir()
    (tmp_path / 'a/video.mp4').touch()
    (tmp_path / 'a/back').symlink_to(tmp_path)
    assert [*map(os.path.relpath, videos_below(tmp_path))
            ] == [os.path.relpath(tmp_path / 'a/video.mp4')]
