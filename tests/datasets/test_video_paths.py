"""Which files below a folder are videos."""
from pathlib import Path

import pytest

from projects.tc_clip.datasets.video_paths import (VIDEO_SUFFIXES, is_video,
                                                   videos_below)


@pytest.mark.parametrize('name, wanted', [
    ('clip.mp4', True),
    ('CLIP.MP4', True),
    ('a.b.WebM', True),
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
