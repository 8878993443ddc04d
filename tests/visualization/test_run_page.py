"""What the page of a run holds, and what a browser draws of it."""
import base64
import json

import cv2
import numpy as np
import pytest

from projects.tc_clip.visualization import (Tally, group_colours, heat_colours,
                                            write_page)
from projects.tc_clip.visualization.page_document import read_document
from tests.browser import chromium, press, wait_for  # noqa: F401
from tests.visualization.pages import (FRAMES, GREY, GRID, NAMES, VIDEOS,
                                       click, text_of, texts_of)


@pytest.fixture
def page(tmp_path):
    """Writes the page of three videos."""
    path = tmp_path / 'folder/index.html'
    write_page(path, 'A <run>', VIDEOS, dict(checkpoint='x.pth'))
    return path


def unpack(text, dtype):
    """Decodes an array from text."""
    return np.frombuffer(base64.b64decode(text), dtype)


# --- what is in it ----------------------------------------------------------


def test_the_page_holds_all_that_it_shows(page):
    run = read_document(page)
    model, = run['models']
    assert model['name'] == 'A <run>'
    assert model['header'] == dict(checkpoint='x.pth')
    assert model['tally']['right'] == 1 and model['tally']['labelled'] == 2
    assert [v['name'] for v in run['videos']] == [*NAMES]
    assert [v['labels'] for v in run['videos']] == [['walk'], ['run'], []]
    first, = run['videos'][0]['views']
    assert first['guesses'][0] == dict(label='walk', probability=0.75)
    assert first['size'] == [60, 40] and first['grid'] == [*GRID]
    assert first['times'] == [0, 0.5, 75.25]
    for layer, maps in zip(first['layers'], VIDEOS[0].record.layers):
        assert (unpack(layer['groups'], '<i2') == maps.groups.ravel()).all()
        colours = [f'#{bytes(c).hex()}' for c in group_colours(maps.groups)]
        assert layer['colours'] == colours
        attention = unpack(layer['attention'], np.uint8) / 255 * layer['most']
        np.testing.assert_allclose(
            attention, maps.attention.ravel(), atol=0.002)
    second, = run['videos'][1]['views']
    assert second['times'] is None and second['layers'][0]['groups'] is None
    assert run['heat'][128] == f'#{bytes(heat_colours()[128]).hex()}'


def test_frames_are_stored_as_they_are_seen(page):
    source = read_document(page)['videos'][0]['views'][0]['frames'][0]
    header, data = source.split(',')
    assert header == 'data:image/webp;base64'
    image = cv2.imdecode(unpack(data, np.uint8), cv2.IMREAD_COLOR)
    assert image.shape == (40, 60, 3) and np.abs(image - GREY).max() <= 3


def test_accuracy_is_that_of_the_whole_test(tmp_path):
    tally = Tally(['run', 'walk'])
    for _ in range(9):
        tally.add(['walk'], 'walk')
    write_page(tmp_path / 'a.html', 'title', VIDEOS, {}, tally)
    assert read_document(tmp_path /
                         'a.html')['models'][0]['tally']['labelled'] == 9


def test_a_page_needs_a_video(tmp_path):
    with pytest.raises(ValueError, match='no video to show'):
        write_page(tmp_path / 'x.html', 'title', [], {})


# --- what a browser makes of it ---------------------------------------------


@pytest.fixture
def opened(chromium, page):  # noqa: F811
    """Opens the page and waits until it is drawn."""
    chromium.get('about:blank')
    chromium.get(page.as_uri())
    wait_for(chromium, video=0)
    return chromium


def pixel(browser, row, column, place=0.5, name='map-0'):
    """Returns the colour in a patch of a large picture, by its place."""
    return browser.execute_script(
        '''const canvas = document.getElementById(arguments[3]);
        const at = (i, n, size) => Math.floor((i + arguments[2]) * size / n);
        return [...canvas.getContext('2d').getImageData(
            at(arguments[1], 3, canvas.width),
            at(arguments[0], 2, canvas.height), 1, 1).data].slice(0, 3);''',
        row, column, place, name)


def test_it_opens_on_the_frame_beside_the_map(opened):
    boxes = opened.execute_script('''
        return ['frame-view', 'map-0'].map((id) => {
            const box = document.getElementById(id).getBoundingClientRect();
            return [box.left, box.top, box.width, box.bottom];
        });''')
    frame, drawn = boxes
    assert drawn[0] > frame[0] + frame[2] and drawn[1:3] == frame[1:3]
    assert max(box[3] for box in boxes) < 900 and frame[2] > 400
    assert pixel(
        opened, 0, 0, name='frame-view') == pytest.approx(
            [GREY] * 3, abs=3)
    assert text_of(opened, 'time') == 'frame 1 · 0.00 s'
    assert text_of(opened, 'accuracy') == '50.0 % right1 of 2 videos'
    assert texts_of(opened,
                    '#strip span') == ['0.00 s', '0.50 s', '1:15.3 min']


def test_pixels_are_those_of_the_maps(opened):
    maps = VIDEOS[0].record.layers[1]
    colour = group_colours(maps.groups)[0].astype(float)
    assert pixel(opened, 0, 0) == pytest.approx([0.3 * GREY] * 3, abs=3)
    assert pixel(opened, 0, 1) == pytest.approx(
        0.4 * GREY + 0.6 * colour, abs=3)
    assert pixel(opened, 0, 1, place=0.02) == colour.tolist()
    press(opened, '1')
    wait_for(opened, map='seeds')
    assert pixel(opened, 0, 1) == pytest.approx([GREY] * 3, abs=3)
    assert pixel(opened, 0, 1, place=0.02) == [255] * 3
    press(opened, '3')
    wait_for(opened, map='attention')
    level = round(255 * float(maps.attention[0, 1, 2] / maps.attention.max()))
    heat = heat_colours()[level].astype(float)
    assert pixel(opened, 1, 2) == pytest.approx(0.4 * GREY + 0.6 * heat, abs=3)


def test_attention_has_numbers(opened):
    press(opened, '3')
    wait_for(opened, map='attention')
    attention = VIDEOS[0].record.layers[1].attention
    first = attention[0]
    numbers = attention.max(), first.mean(), first.max(), first.sum()
    wanted = [float(f'{x:.2g}') for x in numbers]
    shown = opened.execute_script(
        'return document.querySelector(".scale").innerText')
    assert [
        float(x) for x in shown.replace(',', ' ').split()
        if x.replace('.', '').isdigit()
    ] == pytest.approx([0, *wanted], rel=0.02)
    # and each patch, under the pointer
    opened.execute_script('''
        const canvas = document.getElementById('map-0');
        const box = canvas.getBoundingClientRect();
        canvas.dispatchEvent(new PointerEvent('pointermove', {
            clientX: box.left + 0.9 * box.width,
            clientY: box.top + 0.9 * box.height}));''')
    place, value = text_of(opened, 'readout').split(': attention ')
    assert place == 'row 2, column 3'
    assert float(value) == pytest.approx(attention[0, 1, 2], abs=0.01)


def test_the_text_below_stays_where_it_is(opened):
    where = 'return document.getElementById("strip")' \
        '.getBoundingClientRect().top'
    tops = set()
    for key, name in ('1', 'seeds'), ('2', 'context'), ('3', 'attention'):
        press(opened, key)
        wait_for(opened, map=name)
        tops.add(opened.execute_script(where))
    assert len(tops) == 1


def test_maps_that_a_video_lacks_are_not_offered(opened):
    offered = 'return [...document.querySelectorAll("input[name=map]")]' \
        '.filter((e) => !e.disabled && e.offsetParent).map((e) => e.value)'
    everything = opened.execute_script(offered)
    assert everything == ['seeds', 'context', 'attention']
    press(opened, 'j', '1')
    wait_for(opened, video=1, map='context')
    assert opened.execute_script(offered) == ['attention']
    press(opened, 'j')
    wait_for(opened, video=2)
    assert opened.execute_script(offered) == []
    assert pixel(opened, 0, 0) == pytest.approx([GREY] * 3, abs=3)


def test_no_name_becomes_an_element(opened):
    click(opened, '#tab-classes')
    wait_for(opened, tab='classes')
    press(opened, 'c', 'j', 'j')
    wait_for(opened, tab='videos', video=2)
    assert text_of(opened, 'folder') + text_of(opened, 'name') == NAMES[2]
    assert '<script>alert(2)</script>' in texts_of(opened, '.verdict')[0]
    assert '<script>alert(2)</script>' in texts_of(opened, '#predicted')[0]
    made = opened.execute_script(
        'return [document.scripts.length, [...document.images]'
        '.filter((e) => !e.src.startsWith("data:image/webp")).length,'
        'document.querySelectorAll("[onerror]").length]')
    assert made == [2, 0, 0]  # the data and the script
    assert [e for e in opened.get_log('browser')
            if e['level'] == 'SEVERE'] == []


def test_the_page_needs_no_network_and_makes_no_error(
        chromium,  # noqa: F811
        page):
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


def test_frames_of_unseen_videos_are_not_decoded(opened):
    state = 'return [decoded.size, run.videos.map(' \
        '(v) => v.views[0].layers.map((l) => typeof l.attention))]'
    assert opened.execute_script(state) == [
        1, [['string', 'object'], ['string', 'string'], []]
    ]
    assert FRAMES == 3 and opened.execute_script(
        'return [...document.images].every((e) => e.loading === "lazy")')
