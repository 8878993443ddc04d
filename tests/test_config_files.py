"""Configs are found by short names; setup.cfg names all packages."""
import configparser
from pathlib import Path

import pytest

import projects.tc_clip
from projects.tc_clip.apis.loading import read_config
from projects.tc_clip.config_files import (config_file, config_folder,
                                           config_names, shipped_path,
                                           zero_shot_config)

ROOT = Path(__file__).parents[1]
NAME = 'zero_shot/tcclip_k400.py'


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Tests run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_package_exports_it():
    assert projects.tc_clip.config_file is config_file


@pytest.mark.parametrize('name', [NAME, f'configs/{NAME}', Path(NAME)])
def test_short_names_mean_configs_of_the_project(name):
    assert config_file(name) == ROOT / 'configs' / NAME


def test_zero_shot_configs_of_systems():
    folder = ROOT / 'configs/zero_shot'
    for system, name in (('tcclip', 'tcclip_k400.py'), ('vanilla_clip',
                                                        'vanilla_clip.py')):
        assert zero_shot_config(system) == folder / name
    with pytest.raises(FileNotFoundError, match='such_k400.py is neither'):
        zero_shot_config('such')


def test_parts_of_configs_have_short_names_too():
    path = config_file('_base_/models/tc_clip.py')
    assert path == ROOT / 'configs/_base_/models/tc_clip.py'
    assert not any(name.startswith('_base_') for name in config_names())


def test_a_file_of_that_path_comes_first(elsewhere):
    (elsewhere / 'tcclip_k400.py').write_text('x = 1\n')
    assert config_file('tcclip_k400.py').resolve() == \
        elsewhere / 'tcclip_k400.py'
    assert config_file('configs/tcclip_k400.py') == \
        ROOT / 'configs/tcclip_k400.py'


@pytest.mark.parametrize('wrong', ['configs/zero_shot/tcclip_k40.py', '.'])
def test_an_unknown_name_is_told_with_similar_ones(wrong):
    with pytest.raises(FileNotFoundError) as error:
        config_file(wrong)
    message = str(error.value)
    assert message.startswith(f'{wrong} is neither a file nor one of the '
                              f'{len(config_names())} configs')
    if wrong != '.':
        assert f'Similar names: {NAME}, ' in message


def test_inferencers_take_short_names():
    config = read_config(NAME)
    assert config.model == read_config(ROOT / 'configs' / NAME).model
    with pytest.raises(FileNotFoundError, match='tcclip_k40.py is neither'):
        read_config('tcclip_k40.py')


def test_what_is_not_installed_is_named():
    assert shipped_path('configs') == config_folder()
    with pytest.raises(FileNotFoundError, match='There is no tools/none.py'):
        shipped_path('tools/none.py')


def test_setup_cfg_names_all_packages():
    setup = configparser.ConfigParser()
    setup.read(ROOT / 'setup.cfg')
    found = {
        '.'.join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / 'projects').rglob('__init__.py')
    }
    mapped = {'projects.tc_clip.configs', 'projects.tc_clip.tools'}
    assert set(setup['options']['packages'].split()) == found | mapped
