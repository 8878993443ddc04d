"""Configs that cannot be read, or whose parts are not there."""
from pathlib import Path

import pytest

from tests.bad_input.cases import CONFIGS
from tests.bad_input.conftest import run_tool


@pytest.mark.parametrize('text', CONFIGS)
def test_configs(text, tiny, tmp_path):
    file = tmp_path / 'one.py'
    base = '' if '_base_ =' in text or text == 'x = 1' else \
        f'_base_ = {tiny.config!r}\n'
    file.write_text(f'{text}  # first\n{base}')
    said = run_tool('train', file, '--work-dir', tmp_path / 'work')
    message = CONFIGS[text].message.replace('FILE', str(file))
    message = message.replace('gone.py', f'{tmp_path}/gone.py')
    assert said.splitlines()[-1].startswith(message)


def test_the_line_of_an_error_in_a_base(tiny, tmp_path):
    (tmp_path / 'base.py').write_text('# one\nx = 1 / 0\n')
    file = tmp_path / 'one.py'
    file.write_text("_base_ = 'base.py'\n")
    said = run_tool('predict', tiny.video, '--config', file)
    assert said == (f'error: {tmp_path}/base.py (a base of {file}) cannot be '
                    'read as a config: line 2: division by zero')


def test_predict_needs_a_model(tiny, tmp_path):
    file = Path(tmp_path, 'one.py')
    file.write_text('x = 1\n')
    said = run_tool('predict', tiny.video, '--config', file)
    assert 'cannot be loaded: The config has no model=dict(' in said


def test_what_is_no_config(tiny):
    said = run_tool('train', tiny.weights)
    assert said.startswith(f'error: {tiny.weights} cannot be read as a config')


@pytest.mark.parametrize('option, message', [
    ('--seed=-1', 'error: Seed must be between 0 and 2**32 - 1'),
    ('--amp', 'error: ``AmpOptimizerWrapper`` is only available'),
])
def test_what_others_say_of_options(option, message, tiny, tmp_path):
    said = run_tool('train', tiny.config, '--work-dir', tmp_path, option)
    assert said.splitlines()[-1].startswith(message)


def test_an_unknown_option_of_a_part(tiny, tmp_path):
    said = run_tool('train', tiny.config, '--work-dir', tmp_path,
                    '--cfg-options', 'model.backbone.nope=1')
    assert said.endswith("got an unexpected keyword argument 'nope': correct "
                         'the config (docs/parts.md lists the parts)')
