"""Any text as the name of a config, or as the config of a checkpoint."""
import os

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from mmengine.config import Config

from projects.tc_clip.apis.config_text import config_from_text
from projects.tc_clip.config_files import (config_file, config_folder,
                                           config_names)

KNOWN = config_names()
PARTS = st.sampled_from([
    '..', '.', '', 'configs', '_base_', 'models', 'zero_shot', 'labels',
    'tcclip_k400.py', 'README.md', 'setup.cfg', 'etc', 'passwd', '~', '\0',
    'ü', '\ud800', '*', 'x' * 300
])
NAMES = st.one_of(
    st.text(max_size=30),
    st.lists(PARTS, max_size=6).map('/'.join), st.sampled_from(KNOWN))


@given(NAMES)
@example('configs/../README.md')
@example('configs/../../../../../../../../etc/passwd')
@example('x' * 5000)
def test_a_name_is_a_config_or_similar_ones_are_named(tmp_path_factory, name):
    os.chdir(tmp_path_factory.getbasetemp())
    assume(not os.path.isfile(name) if '\0' not in name else True)
    try:
        path = config_file(name)
    except FileNotFoundError as error:
        assert any(known in str(error) for known in KNOWN)
        assert name not in KNOWN
        return
    assert path.is_file()
    assert config_folder().resolve() in path.resolve().parents


LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(
        st.sampled_from(['type', 'model', '_scope_', '_delete_', 'a.b']),
        inner,
        max_size=3)).map(repr)
STATEMENTS = st.one_of(
    st.builds('{} = {}'.format,
              st.sampled_from(['model', 'val_dataloader', 'x', '_base_']),
              LITERALS),
    st.sampled_from([
        'import os', '__import__("os").system("touch mark")',
        'model = dict(type="os.system", command="touch mark")',
        'model = dict(type="TCCLIPRecognizer")',
        'val_dataloader = dict(dataset=dict(pipeline=[]))',
        'model = [__import__("os").system("touch mark")]',
        'model = dict(**{"type": "builtins.eval"})', '"{{ fileDirname }}"'
    ]), st.text(max_size=20))


@given(st.lists(STATEMENTS, max_size=4).map('\n'.join))
@example('x = ' + '[' * 5000)
@example('x = ' + '-' * 5000 + '1')
@example('x = ' + '1+' * 5000 + '1')
@example('x = ' + '9' * 5000)
@example('x = "\ud800"')
def test_a_config_of_a_checkpoint_is_plain_or_refused(tmp_path, text):
    os.chdir(tmp_path)
    try:
        config = config_from_text(text, 'a.pth')
    except ValueError as error:
        assert str(error).startswith('a.pth: its config')
    else:
        assert isinstance(config, Config) and 'model' in config
    assert not os.path.exists('mark')


def test_the_code_above_would_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec('__import__("os").system("touch mark")')
    assert os.path.exists('mark')


@pytest.fixture(autouse=True)
def back(monkeypatch):
    """Returns to the folder of the other tests."""
    monkeypatch.chdir('.')
