"""Fonts for the names of classes in any script."""
import io
import warnings

import pytest
from matplotlib import font_manager, rc_context
from matplotlib.figure import Figure

from projects.tc_clip.visualization.fonts import Fonts

TEXTS = 'über $x_1$', 'party \N{PARTY POPPER}', '喝茶'


def test_every_letter_can_be_written_without_a_warning():
    fonts = Fonts(TEXTS)
    with warnings.catch_warnings(), rc_context(fonts.settings()):
        warnings.simplefilter('error')
        figure = Figure()
        for text in TEXTS:
            figure.text(0, 0.5, fonts.clean(text))
        figure.savefig(io.BytesIO())
    assert fonts.clean(TEXTS[0]) == TEXTS[0]


def test_other_fonts_help_and_squares_replace_the_rest(monkeypatch):
    path = font_manager.findfont('DejaVu Sans')
    entry = font_manager.FontEntry(fname=path, name='Other')
    monkeypatch.setattr(font_manager.fontManager, 'ttflist', [entry])
    known = dict.fromkeys(map(ord, 'ab'))
    monkeypatch.setattr(
        'projects.tc_clip.visualization.fonts._letters',
        lambda name: {*known, ord('c')} if name is path else {*known})
    monkeypatch.setattr('projects.tc_clip.visualization.fonts.findfont',
                        lambda name: 'usual')
    fonts = Fonts(['abc', 'bcd'])
    assert fonts.families == ['DejaVu Sans', 'Other']
    assert fonts.clean('bcd') == 'bc□'


@pytest.mark.parametrize('texts', [[], ['plain', 'two\nlines']])
def test_plain_texts_need_no_other_font(texts):
    assert Fonts(texts).families == ['DejaVu Sans']
