"""Videos of a page, and what a browser shows of them."""
import numpy as np

from projects.tc_clip.apis import Guess
from projects.tc_clip.visualization import PageVideo, TokenMaps, ViewRecord

NAMES = 'a/walks.mp4', 'a/runs.mp4', 'b/"><img src=x onerror=alert(1)>.mp4'
FRAMES, GRID, GREY = 3, (2, 3), 120


def token_maps(layer, has_groups=True):
    """Makes maps whose groups differ between layers and frames."""
    rng = np.random.default_rng(layer)
    groups = rng.integers(-1, 4, (FRAMES, *GRID)).astype(np.int16)
    groups[0, 0] = -1, 0, 1
    attention = rng.random((FRAMES, *GRID)).astype(np.float32)
    return TokenMaps(layer, attention, groups if has_groups else None)


def video(name, label, labels, layers, share=0.75, times=None, grey=GREY):
    """Makes a video of grey frames, twice as high as a patch is wide."""
    frames = np.full((FRAMES, 40, 60, 3), grey, np.uint8)
    guesses = [Guess(label, share, 2.), Guess('run', 1 - share, 1.)]
    return PageVideo(name, ViewRecord(frames, layers, times), guesses, labels)


VIDEOS = [
    video(
        NAMES[0],
        'walk', ['walk'], [token_maps(1), token_maps(2)],
        times=np.array([0, 0.5, 75.25])),
    video(NAMES[1], 'walk', ['run'],
          [token_maps(3, False), token_maps(4, False)], 0.9),
    video(NAMES[2], '<script>alert(2)</script>', [], [], 0.5),
]


def text_of(browser, name):
    """Returns the text of an element by its id."""
    return browser.execute_script(
        'return document.getElementById(arguments[0]).textContent', name)


def texts_of(browser, selector):
    """Returns the texts of all elements of a kind that are shown."""
    return browser.execute_script(
        # rows that the browser has not drawn yet have no innerText
        'document.querySelectorAll("#videos li").forEach('
        '(e) => { e.style.contentVisibility = "visible"; });'
        'return [...document.querySelectorAll(arguments[0])]'
        '.filter((e) => e.offsetParent).map((e) => e.innerText)',
        selector)


def click(browser, selector):
    """Clicks the first element of a kind."""
    browser.execute_script('document.querySelector(arguments[0]).click()',
                           selector)
