"""The HTML page of a run: what is in it, and what a browser makes of it."""
import base64
import json
import re
import shutil

import cv2
import numpy as np
import pytest

from projects.tc_clip.apis import Guess
from projects.tc_clip.visualization import (PageVideo, TokenMaps, ViewRecord,
                                            group_colours, write_page)

CHROMIUM = shutil.which('chromium') or shutil.which('google-chrome')
DRIVER = shutil.which('chromedriver')
NAMES = 'walks.mp4', 'runs.mp4', '</script><b>odd</b>.mp4'
FRAMES, GRID, GREY = 3, (2, 3), 120


def token_maps(layer, has_groups=True):
    """Makes maps whose groups differ between layers and frames."""
    rng = np.random.default_rng(layer)
    groups = rng.integers(-1, 4, (FRAMES, *GRID)).astype(np.int16)
    groups[0, 0] = -1, 0, 1
    attention = rng.random((FRAMES, *GRID)).astype(np.float32)
    return TokenMaps(layer, attention, groups if has_groups else None)


def video(name, label, truth, layers):
    """Makes a video of grey frames, twice as high as a patch is wide."""
    frames = np.full((FRAMES, 40, 60, 3), GREY, np.uint8)
    guesses = [Guess(label, 0.75, 2.), Guess('run', 0.25, 1.)]
    return PageVideo(name, ViewRecord(frames, layers), guesses, truth)


VIDEOS = [
    video(NAMES[0], 'walk', 'walk',
          [token_maps(1), token_maps(2)]),
    video(NAMES[1], 'walk', 'run',
          [token_maps(3, False), token_maps(4, False)]),
    video(NAMES[2], 'walk', None, []),
]


@pytest.fixture
def page(tmp_path):
    """Writes the page of three videos."""
    path = tmp_path / 'folder/index.html'
    write_page(path, 'A <run>', VIDEOS, dict(checkpoint='x.pth'))
    return path


def read_run(page):
    """Returns the data in a page."""
    text = page.read_text('utf-8')
    return json.loads(
        re.search('id="run">(.*?)</script>', text, re.DOTALL).group(1))


def unpack(text, dtype):
    """Decodes an array from text."""
    return np.frombuffer(base64.b64decode(text), dtype)


# --- what is in it ----------------------------------------------------------


def test_the_page_holds_all_that_it_shows(page):
    run = read_run(page)
    assert run['header'] == dict(checkpoint='x.pth')
    assert [v['name'] for v in run['videos']] == [*NAMES]
    assert [v['truth'] for v in run['videos']] == ['walk', 'run', None]
    first = run['videos'][0]
    assert first['guesses'][0] == dict(label='walk', probability=0.75)
    assert first['grid'] == [*GRID] and run['videos'][2]['layers'] == []
    for layer, maps in zip(first['layers'], VIDEOS[0].record.layers):
        assert (unpack(layer['groups'], '<i2') == maps.groups.ravel()).all()
        colours = [f'#{bytes(c).hex()}' for c in group_colours(maps.groups)]
        assert layer['colours'] == colours
        share = unpack(layer['attention'], np.uint8) / 255
        np.testing.assert_allclose(
            share, (maps.attention / maps.attention.max()).ravel(), atol=0.002)
    assert run['videos'][1]['layers'][0]['groups'] is None


def test_frames_are_stored_as_they_are_seen(page):
    source = read_run(page)['videos'][0]['frames'][0]
    header, data = source.split(',')
    assert header == 'data:image/webp;base64'
    image = cv2.imdecode(unpack(data, np.uint8), cv2.IMREAD_COLOR)
    assert image.shape == (40, 60, 3) and np.abs(image - GREY).max() <= 3


def test_nothing_is_loaded_and_no_name_becomes_a_tag(page):
    text = page.read_text('utf-8')
    assert 'http' not in text and '<b>odd' not in text
    assert not re.search(r'<(link|img|iframe)|@import|url\(|src="', text)
    assert '<title>A &lt;run&gt;</title>' in text


def test_a_page_needs_a_video(tmp_path):
    with pytest.raises(ValueError, match='no video to show'):
        write_page(tmp_path / 'x.html', 'title', [], {})


# --- what a browser makes of it ---------------------------------------------


@pytest.fixture(scope='module')
def chromium():
    """A headless browser without network."""
    webdriver = pytest.importorskip('selenium.webdriver')
    if CHROMIUM is None or DRIVER is None:
        pytest.skip('Chromium and its driver are not installed')
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ('headless=new', 'no-sandbox', 'disable-dev-shm-usage',
                     'window-size=1280,900'):
        options.add_argument(f'--{argument}')
    options.set_capability('goog:loggingPrefs',
                           dict(browser='ALL', performance='ALL'))
    service = webdriver.ChromeService(DRIVER)
    browser = webdriver.Chrome(options, service)
    yield browser
    browser.quit()


@pytest.fixture
def opened(chromium, page):
    """Opens the page and waits until it is drawn."""
    chromium.get(page.as_uri())
    wait_for(chromium, video=0)
    return chromium


def wait_for(browser, **wanted):
    """Waits until what is drawn has the given numbers, from 0."""
    from selenium.webdriver.support.ui import WebDriverWait

    def reached(browser):
        drawn = browser.execute_script('return document.body.dataset.ready')
        return drawn and wanted.items() <= json.loads(drawn).items()

    WebDriverWait(browser, 10).until(reached, f'the page never had {wanted}')


def press(browser, *keys):
    """Presses keys as somebody who has clicked nothing."""
    from selenium.webdriver.common.action_chains import ActionChains
    ActionChains(browser).send_keys(*keys).perform()


def text_of(browser, name):
    """Returns the text of an element by its id."""
    return browser.execute_script(
        'return document.getElementById(arguments[0]).textContent', name)


def pixel(browser, row, column, place=0.5):
    """Returns the colour in a patch of the large picture, by its place."""
    return browser.execute_script(
        '''const canvas = document.getElementById('frame-view');
        const at = (i, n, size) => Math.floor((i + arguments[2]) * size / n);
        return [...canvas.getContext('2d').getImageData(
            at(arguments[1], 3, canvas.width),
            at(arguments[0], 2, canvas.height), 1, 1).data].slice(0, 3);''',
        row, column, place)


def test_keys_go_everywhere(opened):
    from selenium.webdriver.common.keys import Keys
    press(opened, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    wait_for(opened, video=0, frame=2)
    press(opened, Keys.ARROW_LEFT, Keys.ARROW_DOWN, '2')
    wait_for(opened, frame=1, layer=0, map='seeds')
    assert opened.current_url.endswith('#video=1&layer=1&frame=2&map=seeds')
    press(opened, Keys.ARROW_UP)
    wait_for(opened, layer=1)
    press(opened, 'j')
    wait_for(opened, video=1)
    assert text_of(opened, 'name') == NAMES[1]
    assert text_of(opened, 'verdict') == '✗ walk; it is run'
    press(opened, 'j', 'j')
    wait_for(opened, video=2)
    assert text_of(opened, 'verdict') == 'predicted: walk'
    press(opened, 'k', 'k', 'w')
    wait_for(opened, wrong=True, video=1)
    assert text_of(opened, 'videos') == f'✗ walk{NAMES[1]}'


def test_every_control_can_be_reached_by_tab(opened):
    from selenium.webdriver.common.keys import Keys
    seen = set()
    for _ in range(14):
        press(opened, Keys.TAB)
        seen.add(
            opened.execute_script(
                'const e = document.activeElement;'
                'return e.id || e.name || e.dataset.video || e.innerText'))
    assert seen >= {
        'only-wrong', '0', '1', '2', 'map', 'layer', 'frame', 'play', '3'
    }


def test_sliders_move_by_their_own_arrow_keys(opened):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    opened.find_element(By.ID, 'frame').send_keys(Keys.ARROW_RIGHT)
    wait_for(opened, frame=1)
    opened.find_element(By.ID, 'layer').send_keys(Keys.ARROW_LEFT)
    wait_for(opened, layer=0, frame=1)
    assert text_of(opened, 'layer-value') == '1 of 2'
    assert text_of(opened, 'frame-value') == '2 of 3'


def test_pixels_are_those_of_the_maps(opened):
    maps = VIDEOS[0].record.layers[1]
    colour = group_colours(maps.groups)[0].astype(float)
    assert pixel(opened, 0, 0) == pytest.approx([0.3 * GREY] * 3, abs=3)
    assert pixel(opened, 0, 1) == pytest.approx(
        0.4 * GREY + 0.6 * colour, abs=3)
    assert pixel(opened, 0, 1, place=0.02) == colour.tolist()
    press(opened, '2')
    wait_for(opened, map='seeds')
    assert pixel(opened, 0, 1) == pytest.approx([GREY] * 3, abs=3)
    assert pixel(opened, 0, 1, place=0.02) == [255] * 3
    press(opened, '4')
    wait_for(opened, map='attention')
    level = round(255 * float(maps.attention[0, 1, 2] / maps.attention.max()))
    heat = opened.execute_script('return run.heat')[level]
    heat = np.array([int(heat[i:i + 2], 16) for i in (1, 3, 5)])
    assert pixel(opened, 1, 2) == pytest.approx(0.4 * GREY + 0.6 * heat, abs=3)
    press(opened, '1')
    wait_for(opened, map='frame')
    assert pixel(opened, 0, 0) == pytest.approx([GREY] * 3, abs=3)


def test_maps_that_a_video_lacks_are_not_offered(opened):
    offered = 'return [...document.querySelectorAll("input[name=map]")]' \
        '.filter((e) => !e.disabled && e.offsetParent).map((e) => e.value)'
    everything = opened.execute_script(offered)
    assert everything == ['frame', 'seeds', 'context', 'attention']
    press(opened, '3', 'j', '2')
    wait_for(opened, video=1, map='context')
    assert opened.execute_script(offered) == ['frame', 'attention']
    press(opened, 'j')
    wait_for(opened, video=2)
    assert opened.execute_script(offered) == []
    assert pixel(opened, 0, 0) == pytest.approx([GREY] * 3, abs=3)


def test_an_address_leads_to_what_was_seen(chromium, page):
    chromium.get('about:blank')
    chromium.get(f'{page.as_uri()}#video=2&layer=1&frame=3&map=attention')
    wait_for(chromium, video=1, layer=0, frame=2, map='attention')
    chromium.get('about:blank')
    chromium.get(f'{page.as_uri()}#video=99&layer=99&frame=99&map=odd')
    wait_for(chromium, video=2, frame=2, map='context')


def test_playing_goes_round_until_it_is_stopped(opened):
    press(opened, 'p')
    wait_for(opened, frame=2)
    wait_for(opened, frame=0)
    press(opened, 'p')
    assert text_of(opened, 'play') == 'Play'


def test_the_page_needs_no_network_and_makes_no_error(chromium, page):
    chromium.get_log('performance'), chromium.get_log('browser')
    chromium.get(page.as_uri())
    wait_for(chromium, video=0)
    assert chromium.get_log('browser') == []
    events = [
        json.loads(entry['message'])['message']
        for entry in chromium.get_log('performance')
    ]
    asked = [
        event['params']['request']['url'] for event in events
        if event['method'] == 'Network.requestWillBeSent'
    ]
    assert page.as_uri() in asked
    assert all(url.startswith(('file:', 'data:')) for url in asked)
