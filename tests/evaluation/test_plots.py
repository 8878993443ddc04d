"""What the plots of the tables show."""
import numpy as np
from matplotlib.figure import Figure

from projects.tc_clip.evaluation import Row, paper_rows
from projects.tc_clip.evaluation.plots import draw_bars, draw_lines


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


def test_lines_show_shots():
    figure = Figure()
    draw_lines(figure, paper_rows('few_shot'))
    line = figure.axes[1].lines[5]
    assert line.get_label() == 'TC-CLIP (paper)'
    assert [*line.get_xdata()] == [2, 4, 8, 16]
    assert [*line.get_ydata()] == [85.9, 89.9, 92.5, 94.6]
