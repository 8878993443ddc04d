"""Fixtures: a headless browser without network, and what it is asked."""
import json
import shutil

import pytest

CHROMIUM = shutil.which('chromium') or shutil.which('google-chrome')
DRIVER = shutil.which('chromedriver')


@pytest.fixture(scope='module')
def chromium():
    """A headless browser; tests that need it are skipped without it.

    Each file of tests ends its browser, whose last page would go on to draw.
    """
    webdriver = pytest.importorskip('selenium.webdriver')
    if CHROMIUM is None or DRIVER is None:
        pytest.skip('Chromium and its driver are not installed')
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ('headless=new', 'no-sandbox', 'disable-dev-shm-usage',
                     'disable-gpu', 'window-size=1280,900'):
        options.add_argument(f'--{argument}')
    options.set_capability('goog:loggingPrefs',
                           dict(browser='ALL', performance='ALL'))
    service = webdriver.ChromeService(DRIVER)
    browser = webdriver.Chrome(options, service)
    yield browser
    browser.quit()


def wait_for(browser, **wanted):
    """Waits until what is drawn has the given values; numbers from 0."""
    from selenium.webdriver.support.ui import WebDriverWait

    def reached(browser):
        drawn = browser.execute_script('return document.body.dataset.ready')
        return drawn and wanted.items() <= json.loads(drawn).items()

    WebDriverWait(browser, 10).until(reached, f'the page never had {wanted}')


def press(browser, *keys):
    """Presses keys as somebody who has clicked nothing."""
    from selenium.webdriver.common.action_chains import ActionChains
    ActionChains(browser).send_keys(*keys).perform()
