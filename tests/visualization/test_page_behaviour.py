"""What keys, clicks and addresses do on the page of a run."""
import pytest

from projects.tc_clip.visualization import Tally, join_pages, write_page
from tests.browser import chromium, press, wait_for  # noqa: F401
from tests.visualization.pages import (NAMES, VIDEOS, click, text_of, texts_of,
                                       token_maps, video)

MAPS = [token_maps(1), token_maps(2)]
MORE = [
    *VIDEOS[:2],
    video('b/walks.mp4', 'sit', ['walk'], MAPS, 0.6),
    video('b/10.mp4', 'sit', ['sit'], MAPS, 0.99),
    video('b/9.mp4', 'run', ['sit'], MAPS, 0.55),
]


@pytest.fixture
def page(tmp_path):
    """Writes the page of five videos."""
    tally = Tally(['walk', 'run', 'sit'])
    for one in [*MORE, MORE[2]]:  # one is not shown
        tally.add(one.labels, one.guesses[0].label)
    write_page(tmp_path / 'index.html', 'tc', MORE, {}, tally)
    return tmp_path / 'index.html'


@pytest.fixture
def both(page, tmp_path):
    """Writes the page of two models."""
    others = [
        video(one.name, guess, one.labels, MAPS[:1], 0.7, grey=80)
        for one, guess in zip(MORE, ('walk', 'run', 'walk', 'walk', 'run'))
    ]
    write_page(tmp_path / 'other/index.html', 'plain', others, {})
    join_pages([page, tmp_path / 'other/index.html'], tmp_path / 'both.html')
    return tmp_path / 'both.html'


@pytest.fixture
def go(chromium):  # noqa: F811
    """Opens a page at an address; returns the browser."""

    def go(path, address='', **wanted):
        chromium.get('about:blank')
        chromium.get(f'{path.as_uri()}{address}')
        wait_for(chromium, **wanted)
        return chromium

    return go


def choose(browser, name, value):
    """Chooses an option as a user does."""
    browser.execute_script(
        '''const e = document.getElementById(arguments[0]);
        e.value = arguments[1]; e.dispatchEvent(new Event('change'));''', name,
        value)


# --- keys and controls ------------------------------------------------------


def test_keys_go_everywhere(go, page):
    from selenium.webdriver.common.keys import Keys
    opened = go(page, video=0)
    press(opened, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    wait_for(opened, video=0, frame=2)
    press(opened, Keys.ARROW_LEFT, Keys.ARROW_DOWN, '1')
    wait_for(opened, frame=1, layer=0, map='seeds')
    assert opened.current_url.endswith('#video=1&layer=1&frame=2&map=seeds')
    press(opened, Keys.ARROW_UP)
    wait_for(opened, layer=1)
    press(opened, 'j')
    wait_for(opened, video=1, frame=0)
    assert text_of(opened, 'folder') + text_of(opened, 'name') == NAMES[1]
    assert texts_of(opened, '.verdict') == ['✗ walk; it is run']
    press(opened, 'k', 'k', 'w')
    wait_for(opened, wrong=True, video=1, shown=[1, 2, 4])
    press(opened, 'w', 'c')
    wait_for(opened, wrong=False, tab='classes')
    press(opened, '?')
    assert texts_of(opened, '#help dt')[0] == 'j k'
    press(opened, Keys.ESCAPE)
    assert not opened.execute_script(
        'return document.getElementById("help").open')


def test_every_control_can_be_reached_by_tab(go, page):
    from selenium.webdriver.common.keys import Keys
    opened, seen = go(page, video=0), set()
    for _ in range(24):
        press(opened, Keys.TAB)
        seen.add(
            opened.execute_script(
                'const e = document.activeElement;'
                'return e.id || e.name || e.dataset.video || e.tagName +'
                ' (e.ariaLabel || "")'))
    assert seen >= {
        'tab-videos', 'SUMMARYKeys', 'search', 'truth', 'predicted', 'sort',
        'wrong', '0', '4', 'before', 'after', 'play', 'map', 'layer', 'frame',
        'BUTTONframe 1, 0.00 s'
    }
    unnamed = opened.execute_script(
        '''return [...document.querySelectorAll('button, input, select')]
            .filter((e) => e.offsetParent && !e.labels?.length &&
                !e.ariaLabel && !e.textContent.trim())
            .map((e) => e.outerHTML)''')
    assert unnamed == []


def test_sliders_and_fields_have_keys_of_their_own(go, page):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    opened = go(page, video=0)
    opened.find_element(By.ID, 'frame').send_keys(Keys.ARROW_RIGHT)
    wait_for(opened, frame=1)
    opened.find_element(By.ID, 'layer').send_keys(Keys.ARROW_LEFT)
    wait_for(opened, layer=0, frame=1)
    assert text_of(opened, 'layer-value') == '1 of 2'
    assert text_of(opened, 'frame-value') == '2 of 3'
    press(opened, '/')  # goes to the search, where letters are letters
    press(opened, *'wj')
    wait_for(opened, search='wj', wrong=False, shown=[])
    press(opened, Keys.ESCAPE, 'w')
    wait_for(opened, wrong=True)


def test_playing_goes_round_until_it_is_stopped(go, page):
    opened = go(page, video=0)
    press(opened, 'p')
    wait_for(opened, frame=2)
    wait_for(opened, frame=0)
    press(opened, 'p')
    assert text_of(opened, 'play') == '▶ Play'


# --- the list ---------------------------------------------------------------


@pytest.mark.parametrize('search, shown', [
    ('WALK', [0, 1, 2]),
    ('b/', [2, 3, 4]),
    (' sit ', [2, 3, 4]),
    ('9.mp4', [4]),
])
def test_search_looks_into_names_and_classes(go, page, search, shown):
    opened = go(page, video=0)
    press(opened, '/')
    press(opened, *search)
    wait_for(opened, search=search, shown=shown, video=shown[0])
    assert len(texts_of(opened, '#videos li')) == len(shown)
    assert text_of(opened, 'count') == f'{len(shown)} of 5 videos'


def test_filters_order_and_what_the_list_says(go, page):
    opened = go(page, video=0)
    assert texts_of(opened, '#videos li')[0] == '✓ walk\n75.0 %\na/walks.mp4'
    choose(opened, 'truth', 'walk')
    wait_for(opened, shown=[0, 2])
    click(opened, '#wrong')
    wait_for(opened, shown=[2], video=2)
    assert texts_of(
        opened, '#videos li') == ['✗ sit\n60.0 %\ntrue: walk\nb/walks.mp4']
    choose(opened, 'predicted', 'walk')
    wait_for(opened, shown=[])
    assert texts_of(
        opened, 'main') == ['No video passes these filters. Show all videos']
    click(opened, '#all')
    wait_for(opened, shown=[0, 1, 2, 3, 4])
    for sort, order in (('sure', [3, 1, 0, 2, 4]), ('unsure', [4, 2, 0, 1, 3]),
                        ('name', [1, 0, 4, 3, 2])):
        choose(opened, 'sort', sort)
        wait_for(opened, shown=order)


def test_classes_are_counted_and_a_cell_lists_its_videos(go, page):
    opened = go(page, '#tab=classes', tab='classes')
    assert texts_of(opened, '#class-table tbody tr') == [
        'run\t1\t0\t\n0.0 %\twalk (1)',
        'walk\t3\t1\t\n33.3 %\tsit (2)',
        'sit\t2\t1\t\n50.0 %\trun (1)',
    ]
    assert texts_of(opened, '#matrix td') == [
        '1\n33 %', '', '2\n67 %', '1\n100 %', '', '', '', '1\n50 %', '1\n50 %'
    ]
    assert text_of(opened, 'counted').startswith('Counts are of all 6 tested')
    click(opened, 'button[data-truth=walk][data-guess=sit]')
    wait_for(opened, tab='videos', shown=[2], video=2)
    assert 'truth=walk&predicted=sit' in opened.current_url
    opened.back()
    wait_for(opened, tab='classes')


# --- the address ------------------------------------------------------------


def test_a_reload_shows_the_same(go, page):
    opened = go(page, video=0)
    press(opened, '1', 'w')
    choose(opened, 'sort', 'sure')
    choose(opened, 'truth', 'walk')
    press(opened, '/')
    press(opened, *'b/w')
    wanted = dict(
        wrong=True,
        map='seeds',
        sort='sure',
        truth='walk',
        search='b/w',
        shown=[2])
    wait_for(opened, **wanted)
    opened.refresh()
    wait_for(opened, **wanted, video=2)
    assert [
        opened.execute_script(
            f'return document.getElementById("{name}").value')
        for name in ('search', 'truth', 'sort')
    ] == ['b/w', 'walk', 'sure']
    assert len(texts_of(opened, '#videos li')) == 1


def test_addresses_by_hand(go, page):
    go(page,
       '#video=3&layer=1&frame=3&map=attention',
       video=2,
       layer=0,
       frame=2,
       map='attention')
    go(page,
       '#video=99&layer=99&frame=99&map=odd&sort=odd&tab=models&model=7',
       video=4,
       frame=2,
       map='context',
       sort='list',
       tab='videos',
       model=0)


# --- models and widths ------------------------------------------------------


def test_models_stand_side_by_side(go, both):
    opened = go(both, video=0)
    assert texts_of(opened, 'figcaption') == [
        'frame 1 · 0.00 s', 'tc: context tokens',
        'plain: context tokens, frame 1'
    ]
    boxes = opened.execute_script(
        'return [...document.querySelectorAll(".large")].map((e) => '
        '[e.getBoundingClientRect().top, e.getBoundingClientRect().left])')
    assert len({top for top, _ in boxes}) == 1 and len(boxes) == 3
    press(opened, 'j')
    wait_for(opened, video=1)
    assert texts_of(opened, '.verdict') == ['✗ walk; it is run', '✓ run']
    click(opened, '#differ')
    wait_for(opened, shown=[1, 2, 3])
    click(opened, '.score:nth-child(2)')
    wait_for(opened, model=1)
    assert texts_of(opened, '#videos b') == ['✓ run', '✓ walk', '✗ walk']
    opened.refresh()
    wait_for(opened, model=1, differ=True, shown=[1, 2, 3])
    click(opened, '#tab-models')
    wait_for(opened, tab='models')
    assert 'right for 1, none for 1' in texts_of(opened,
                                                 '#model-table caption')[0]
    assert texts_of(opened, '#model-table tbody tr') == [
        'tc\t2\t1\t2 of 6 (33.3 % right)', 'plain\t3\t2\t3 of 5 (60.0 % right)'
    ]
    assert texts_of(opened, '#pair-table td') == ['1', '1', '2', '1']


@pytest.mark.parametrize('width', [390, 1280, 1920])
def test_widths(go, page, width):
    opened = go(page, video=0)
    opened.execute_cdp_cmd(
        'Emulation.setDeviceMetricsOverride',
        dict(width=width, height=844, deviceScaleFactor=1, mobile=False))
    try:
        beyond, right, bottom, help_ = opened.execute_script('''
            const box = (e) => e.getBoundingClientRect();
            const root = document.documentElement;
            return [root.scrollWidth - root.clientWidth,
                box(document.querySelector('.result')).right,
                box(document.getElementById('map-0')).bottom,
                document.getElementById('help').open]''')
    finally:
        opened.execute_cdp_cmd('Emulation.clearDeviceMetricsOverride', {})
    assert beyond == 0 and width - 60 < right <= width
    assert bottom < 844 and not help_
