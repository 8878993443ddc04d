"""The plot of costs: what is drawn where."""
import cv2
import pytest
from matplotlib.figure import Figure

from projects.tc_clip.profiling import zoo_plot
from projects.tc_clip.profiling.zoo import PAPER, Costs, Entry
from projects.tc_clip.profiling.zoo_plot import Point

COLUMNS = PAPER['columns']


def entry(name, *figures):
    return Entry(name, f'{name}.py', dict(zip(COLUMNS, figures)))


def cost(gflops, memory=2.**30, trained=1_000_000):
    return Costs(4_000_000, trained, 0, 0, 8, gflops, 2., memory)


SYSTEMS = [entry('TC', 68., 71., None), entry('CLIP, not trained', 54., None)]
BOTH = {'TC': cost(600.), 'CLIP, not trained': cost(570., None, 0)}


def test_points_are_the_figures_that_are_stated():
    assert zoo_plot.points(SYSTEMS, BOTH) == [
        Point('CLIP, not trained', 'All', 570., 54.),
        Point('TC', 'All', 600., 68.),
        Point('TC', 'All (WE)', 600., 71.)
    ]


def test_labels_stand_where_no_other_point_is():
    low, other, near, far = found = [
        Point('a', 'All', 100, 50.),
        Point('b', 'All', 120, 50.4),
        Point('c', 'All', 170, 50.5),
        Point('a', 'All (WE)', 130, 60.)
    ]
    sides = [zoo_plot.label_side(p, found, 40, 1.) for p in found]
    assert sides == ['left', 'right', 'right', 'right']
    assert zoo_plot.label_side(other, found, 60, 1.) == 'left'
    assert zoo_plot.label_side(low, [low, far], 60, 20.) == 'right'
    assert zoo_plot.label_side(near, [low, near], 600, 1.) == 'right'


def test_accuracy_is_drawn_over_gflops():
    axes = Figure().subplots()
    zoo_plot.draw_accuracy(axes, zoo_plot.points(SYSTEMS, BOTH), 'TC')
    drawn = {
        tuple(c.get_offsets()[0])
        for c in axes.collections if len(c.get_offsets())
    }
    assert drawn == {(570., 54.), (600., 68.), (600., 71.)}
    assert [text.get_text() for text in axes.texts] == ['CLIP', 'TC']
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ['as trained', "CLIP's weights mixed in"]


def test_bars_are_costs_in_their_units():
    values = zoo_plot.bar_values([*BOTH.values()])
    assert [*values.values()][:3] == [[4, 4], [600, 570], [2, 2]]
    assert [*values.values()][3] == [1, 0]
    every_axes = Figure().subplots(1, 4)
    zoo_plot.draw_bars(every_axes, SYSTEMS, BOTH)
    texts = [[text.get_text() for text in axes.texts] for axes in every_axes]
    assert texts == [['4', '4'], ['600', '570'], ['2', '2'],
                     ['1', 'not trained']]
    widths = [bar.get_width() for bar in every_axes[0].patches]
    assert widths == [4, 4, 1, 0]  # all, then those that are trained
    names = [label.get_text() for label in every_axes[0].get_yticklabels()]
    assert names == ['TC', 'CLIP, not trained']


@pytest.mark.parametrize('known', [True, False])
def test_the_picture_is_larger_with_figures_of_the_paper(tmp_path, known):
    systems = SYSTEMS if known else [e._replace(paper={}) for e in SYSTEMS]
    zoo_plot.plot(systems, BOTH, tmp_path / 'zoo.png')
    height, width, _ = cv2.imread(str(tmp_path / 'zoo.png')).shape
    assert width == 1210 and (height > 600) == known
