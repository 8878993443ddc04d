"""Chooses fonts that can write given texts, such as names of classes."""
from functools import lru_cache
from typing import Any, FrozenSet, Iterable, List, Set

from matplotlib.font_manager import findfont, fontManager, get_font

_USUAL = 'DejaVu Sans'  # comes with matplotlib
_BOXES = 'Last Resort High-Efficiency'  # draws every letter as a box
_MISSING = '\N{WHITE SQUARE}'


@lru_cache(maxsize=8)
def _letters(path: str) -> FrozenSet[int]:
    """Returns the code points that a font file can write."""
    try:
        return frozenset(get_font(path).get_charmap())
    except (OSError, RuntimeError):  # a font of pictures, or a broken one
        return frozenset()


class Fonts:
    """Fonts that together write as much of the texts as this machine can.

    Without them, matplotlib warns of each letter that its font lacks.

    Args:
        texts: all that will be written.

    Attributes:
        families: names of the fonts, the usual one first.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.families: List[str] = [_USUAL]
        self._lost: Set[int] = {
            ord(letter)
            for text in texts
            for letter in text if letter != '\n'
        }
        self._lost -= _letters(findfont(_USUAL))
        for font in fontManager.ttflist:
            if not self._lost:
                break
            if font.name == _BOXES:
                continue
            found = self._lost & _letters(font.fname)
            if found:
                self.families.append(font.name)
                self._lost -= found

    def clean(self, text: str) -> str:
        """Replaces letters that no font has by a square.

        Args:
            text: one of the texts.
        """
        return text.translate(dict.fromkeys(self._lost, _MISSING))

    def settings(self) -> Any:
        """Returns settings for ``matplotlib.rc_context``."""
        return {'font.family': self.families, 'text.parse_math': False}
