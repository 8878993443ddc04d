"""What the plots of the tables show."""
from types import SimpleNamespace

import numpy as np
from matplotlib.figure import Figure

from projects.tc_clip.evaluation import Row, paper_rows
from projects.tc_clip.evaluation.plots import (draw_bars, draw_lines, plot,
                                               videos_note)


def test_bars_stand_side_by_side():
    values = dict(First=50.0, Second=None, Views='4x3')
    row = Row('ours', ('A', '', ''), values)
    other = Row('paper', ('B', '✓', '✓'), dict(values, First=(60., 1.)))
    figure = Figure()
    draw_bars(figure, [row, other])
    axes, = figure.axes
    bars = [(*bar.get_center(), bar.get_height()) for bar in axes.patches[::2]]
    np.testing.assert_allclose(bars, [(-0.225, 25, 50), (0.225, 30, 60)])
    labels = axes.get_legend_handles_labels()[1]
    assert labels == ['A (ours)', 'B, WE, LLM (paper)']


def test_the_axis_ends_at_100_and_ours_are_blue():
    row = Row('ours', ('A', '', ''), dict(First=99.))
    other = Row('paper', ('B', '', ''), dict(First=60.))
    figure = Figure()
    draw_bars(figure, [row, other])
    axes, = figure.axes
    assert axes.get_ylim() == (0, 100)
    red, _, blue, _ = axes.patches[0].get_facecolor()
    assert blue > red + 0.3
    red, green, blue, _ = axes.patches[1].get_facecolor()
    assert red == green == blue


def test_the_number_of_videos_is_said(tmp_path):
    scores = [
        SimpleNamespace(data_set=name, videos=count)
        for name, count in (('HMDB-51', 20), ('HMDB-51', 30), ('UCF-101', 9),
                            ('HMDB-51', 20))
    ]
    note = videos_note(scores)
    assert note == ('Videos in each list that we tested: HMDB-51 20 or 30, '
                    'UCF-101 9')
    assert videos_note([]) == ''
    plot('zero_shot', paper_rows('zero_shot'), tmp_path / 'a.png', note)
    assert (tmp_path / 'a.png').read_bytes()[:4] == b'\x89PNG'


def test_lines_show_shots():
    figure = Figure()
    draw_lines(figure, paper_rows('few_shot'))
    line = figure.axes[1].lines[5]
    assert line.get_label() == 'TC-CLIP (paper)'
    assert [*line.get_xdata()] == [2, 4, 8, 16]
    assert [*line.get_ydata()] == [85.9, 89.9, 92.5, 94.6]
