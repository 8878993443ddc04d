"""Fixtures: videos that readers get wrong, and their frames by FFmpeg."""
import importlib.util
import sys

import pytest

# Before decord, which makes its own libvpx that of the whole process; the
# encoder of VP9 would then use it.
if importlib.util.find_spec('av'):
    import av  # noqa: F401

from projects.tc_clip.profiling.odd_videos import (decoded_by_ffmpeg,
                                                   make_videos)


def by_ffmpeg_8(*values):
    """A case in which PyAV tells other times before its FFmpeg 8.

    Those count silence that an encoder of sound adds, and frames that last
    longer than others.
    """
    pyav = sys.modules.get('av')
    is_old = bool(pyav) and pyav.library_versions['libavformat'] < (62, )
    return pytest.param(
        *values,
        id=values[0],
        marks=pytest.mark.skipif(is_old, reason='FFmpeg is below 8'))


@pytest.fixture(scope='session')
def odd_video(tmp_path_factory):
    """Returns the path of a video of the given kind, made once."""
    pytest.importorskip('av', reason='PyAV makes the videos: pip install av')
    folder, made = tmp_path_factory.mktemp('odd'), {}

    def odd_video(name):
        if name not in made:
            made[name], = make_videos(folder, [name])
        return str(made[name])

    return odd_video


@pytest.fixture(scope='session')
def all_frames(odd_video):
    """Returns all frames of a kind of video, decoded once from its start."""
    found = {}

    def all_frames(name):
        if name not in found:
            found[name] = decoded_by_ffmpeg(odd_video(name))
        return found[name]

    return all_frames


@pytest.fixture
def without_pyav(odd_video, monkeypatch):
    """Hides PyAV, after it has made the videos."""

    def hide():
        monkeypatch.setitem(sys.modules, 'av', None)

    return hide
