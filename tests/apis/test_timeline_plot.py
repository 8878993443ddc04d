"""Plots of predictions over time."""
import warnings
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex

from projects.tc_clip.apis import Guess, TimeSpan
from projects.tc_clip.apis.timeline_plot import (class_colours, clock,
                                                 draw_timeline, fit,
                                                 plot_timelines)
from projects.tc_clip.visualization.fonts import Fonts
from tests.apis.test_prediction_files import make_timeline

LONG = 'cooking on a campfire while it rains and somebody holds an umbrella'


def draw(timeline):
    """Draws a timeline as it is written; returns the figure and its axes."""
    figure = draw_timeline('x.mp4', timeline, Fonts(['x.mp4']))
    FigureCanvasAgg(figure).draw()
    return (figure, *figure.axes)


def test_plots_are_named_after_their_videos(tmp_path):
    one = {Path('x.mp4'): make_timeline('aab')}
    file, = plot_timelines(tmp_path / 'out.json', one)
    assert file == tmp_path / 'out.png'
    files = plot_timelines(tmp_path / 'out.json', {
        **one, Path('y.mp4'): make_timeline('b')
    })
    assert [file.name for file in files] == ['out_1_x.png', 'out_2_y.png']
    assert all(file.read_bytes()[:4] == b'\x89PNG' for file in files)


def test_bars_show_segments_and_lines_show_probabilities():
    _, bars, lines = draw(make_timeline('aab'))
    assert [t.get_text() for t in bars.get_yticklabels()] == ['a', 'b']
    assert [(bar.get_x(), bar.get_width(), bar.get_alpha())
            for bar in bars.patches] == [(0, 2.5, pytest.approx(0.6)),
                                         (2.5, 1.5, pytest.approx(0.92))]
    found = {line.get_label(): line for line in lines.lines}
    assert found['a'].get_xdata().tolist() == [1, 2, 3]
    assert found['a'].get_ydata()[:2].tolist() == [40, 60]  # in percent
    assert found['b'].get_ydata()[2] == 90
    # a class has one colour in both, and another one than the others
    colours = [to_hex(bar.get_facecolor()) for bar in bars.patches]
    assert colours == [to_hex(found[name].get_color()) for name in 'ab']
    assert colours[0] != colours[1]


def test_what_darkness_means_is_said():
    _, bars, _ = draw(make_timeline('ab'))
    legend = bars.get_legend()
    assert 'darker' in legend.get_title().get_text()
    assert [(patch.get_alpha(), text.get_text())
            for patch, text in zip(legend.get_patches(), legend.get_texts())
            ] == [(pytest.approx(a), t)
                  for a, t in ((.28, '10%'), (.6, '50%'), (1., '100%'))]


def test_a_long_name_leaves_most_of_the_width_to_the_plot():
    figure, bars, _ = draw(
        make_timeline([LONG, LONG.upper(), 'none of these']))
    assert bars.get_position().width > 0.6
    names = [text.get_text() for text in bars.get_yticklabels()]
    assert names[0].endswith('…') and LONG.startswith(names[0][:-1])
    assert 'none of these' in names
    boxes = [t.get_window_extent() for t in bars.get_yticklabels()]
    assert min(box.x0 for box in boxes) >= 0


def test_letters_without_a_glyph_raise_no_warning(tmp_path):
    timeline = make_timeline(['party \N{PARTY POPPER}', '$x', 'b'])
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        plot_timelines(tmp_path / 'a.json',
                       {Path('film \N{CLAPPER BOARD}.mp4'): timeline})


def test_many_labels_are_named_as_left_out():
    timeline = [
        p._replace(label=f'{i}', span=TimeSpan(i, i + 1))
        for i, p in enumerate(make_timeline('a' * 32, [.5] * 32))
    ]
    _, bars, _ = draw(timeline)
    assert len(bars.get_yticklabels()) == 30
    assert bars.get_title(loc='left') == 'x.mp4: the 30 longest of 32 labels'


def test_colours_differ_and_none_of_these_is_grey():
    timeline = make_timeline(['none of these'])
    guesses = [Guess(name, 0.1, 0.) for name in 'abcdefgh']
    timeline[0] = timeline[0]._replace(guesses=guesses)
    colours = class_colours([f'{i}' for i in range(24)], timeline)
    assert colours.pop('none of these') == 'grey'
    assert len({*colours.values()}) == len(colours) == 24 + 6


@pytest.mark.parametrize('seconds, wanted', [
    (0, '0:00'),
    (1.5, '0:01.5'),
    (59.98, '1:00'),
    (754, '12:34'),
    (3661, '1:01:01'),
])
def test_times_are_written_as_players_do(seconds, wanted):
    assert clock(seconds) == wanted


@pytest.mark.parametrize('end, first', [(1, .1), (8, 1), (70, 10),
                                        (7200, 900)])
def test_marks_are_round(end, first):
    _, _, lines = draw([make_timeline('a')[0]._replace(span=TimeSpan(0, end))])
    marks = [t for t in lines.get_xticks() if 0 <= t <= end]
    assert marks[:2] == [0, pytest.approx(first)] and len(marks) < 13


def test_texts_are_cut_where_they_do_not_fit():
    figure, *_ = draw(make_timeline('a'))
    assert fit(figure, 'short', 2) == 'short'
    cut = fit(figure, LONG, 2)
    assert cut.endswith('…') and len(cut) < len(LONG)
    text = figure.text(0, 0, cut)
    assert 1.8 < text.get_window_extent().width / figure.dpi <= 2
