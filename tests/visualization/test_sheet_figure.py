"""Strips of pictures in a figure."""
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from projects.tc_clip.visualization.sheet_figure import (Strip, draw_strips,
                                                         frame_names, join)

GREY = np.full((40, 80, 3), 90, np.uint8)


def texts(figure):
    """Returns all that is written in a figure."""
    return [t.get_text() for t in figure.findobj(Text) if t.get_text()]


def test_pictures_have_white_between_them():
    joined = join(Strip([GREY, GREY], [], ''))
    assert joined.shape == (40, 80 + 3 + 80, 3)  # 0.06 of 1.6 inches
    assert (joined[:, 80:83] == 255).all()
    assert (np.delete(joined, [80, 81, 82], 1) == 90).all()


def test_all_texts_are_within_the_figure():
    strips = [
        Strip([GREY] * 3, ['0.00 s', '1.00 s', '2.00 s'], 'input', 'ours $1'),
        Strip([GREY] * 3, [], 'layer 12\n1024 context tokens'),
        Strip([GREY] * 3, [], 'layer 12\nCLS attention', most=0.0123)
    ]
    figure = draw_strips(strips, 'video_$x.mp4', 100)
    assert {'video_$x.mp4', 'ours $1', '1.00 s', '0',
            '0.012'} <= {*texts(figure)}
    FigureCanvasAgg(figure).draw()
    width, height = figure.canvas.get_width_height()
    for text in figure.findobj(Text):
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= width, text.get_text()
        assert box.y0 >= 0 and box.y1 <= height, text.get_text()


def test_only_attention_has_a_colour_bar():
    plain = draw_strips([Strip([GREY], [], '')], '', 100)
    scaled = draw_strips([Strip([GREY], [], '', most=1.)], '', 100)
    assert len(plain.axes) == 1 and len(scaled.axes) == 2


@pytest.mark.parametrize('times, wanted', [
    (None, ['frame 1', 'frame 3']),
    (np.array([0, 1, 2.5]), ['0.00 s', '2.50 s']),
])
def test_names_of_frames(times, wanted):
    assert frame_names(times, [0, 2]) == wanted
