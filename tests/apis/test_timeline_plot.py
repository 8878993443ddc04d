"""Plots of predictions over time."""
from pathlib import Path

from projects.tc_clip.apis.timeline_plot import plot_timelines
from tests.apis.test_prediction_files import make_timeline


def test_plots_are_named_after_their_videos(tmp_path):
    one = {Path('x.mp4'): make_timeline('aab')}
    file, = plot_timelines(tmp_path / 'out.json', one)
    assert file == tmp_path / 'out.png'
    files = plot_timelines(tmp_path / 'out.json', {
        **one, Path('y.mp4'): make_timeline('b')
    })
    assert [file.name for file in files] == ['out_1_x.png', 'out_2_y.png']
    assert all(file.read_bytes()[:4] == b'\x89PNG' for file in files)
