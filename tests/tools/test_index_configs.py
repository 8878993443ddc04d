"""configs/README.md lists all configs, as they are."""
import re

import index_configs as index
import pytest
import yaml

from projects.tc_clip.config_files import config_folder
from tests.small import ROOT

CONFIGS = config_folder()
README = CONFIGS / 'README.md'


def test_index_is_up_to_date():
    text = README.read_text()
    assert index.with_tables(text) == text, 'run tools/index_configs.py'


def test_every_config_has_a_row():
    links = re.findall(r'^\| \[.*?\]\((.*?)\)', README.read_text(), re.M)
    configs = [
        path.relative_to(CONFIGS).as_posix() for path in index.leaf_configs()
    ]
    assert sorted(links) == sorted(configs)


@pytest.mark.slow
def test_metafile_is_up_to_date():
    text = (CONFIGS / 'metafile.yml').read_text()
    assert index.with_models(text) == text, 'run tools/index_configs.py'


def test_metafile_has_every_config():
    """In the form that MIM reads."""
    listed, = yaml.safe_load((ROOT / 'model-index.yml').read_text())['Import']
    meta = yaml.safe_load((ROOT / listed).read_text())
    systems = {each['Name'] for each in meta['Collections']}
    assert {each['In Collection'] for each in meta['Models']} == systems
    assert [ROOT / each['Config'] for each in meta['Models']] == [
        path for path in index.leaf_configs()
        if path.parent.name != 'ablations'
    ]


@pytest.mark.parametrize('name',
                         ['few_shot/vificlip_ucf101.py', 'tcclip_32f_k400.py'])
def test_examples_are_configs(name):
    assert (CONFIGS / name).read_text() in README.read_text()


def test_a_row_says_what_a_config_sets(tmp_path, monkeypatch):
    monkeypatch.setattr(index, 'CONFIGS', tmp_path)
    (tmp_path / 'a.py').write_text('''# A config.
# More about it.
_base_ = ['../_base_/models/b.py', 'mmaction::c/d.py']
_base_.update(change(_base_, size=3))
work_dir = 'w'
model = dict(head=dict(_delete_=True, type='A', names=_base_.class_texts))
''')
    assert index.row(tmp_path / 'a.py') == (
        '| [`a.py`](a.py) | A config. | `b.py`, `d.py` | '
        "`_base_.update(change(_base_, size=3))`, `model.head.type='A'` |\n")


def test_many_settings_are_named_by_what_they_belong_to(tmp_path, monkeypatch):
    monkeypatch.setattr(index, 'CONFIGS', tmp_path)
    (tmp_path / 'a.py').write_text(
        '# A config.\nmodel = dict(a=1, b=dict(c=2, d=3))\nx = 4\ny = 5\n')
    assert index.row(
        tmp_path /
        'a.py') == ('| [`a.py`](a.py) | A config. |  | `model`, `x`, `y` |\n')


@pytest.mark.parametrize('first', ['x = 1', '# No full stop', '#A config.'])
def test_a_first_line_that_is_not_a_sentence_is_an_error(tmp_path, first):
    (tmp_path / 'a.py').write_text(f'{first}\ny = 2\n')
    with pytest.raises(ValueError, match='a.py: the first line must be'):
        index.row(tmp_path / 'a.py')
