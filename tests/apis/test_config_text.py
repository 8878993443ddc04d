"""The text of a config is read, not run."""
import os
import sys

import pytest
from mmengine.config import Config

from projects.tc_clip.apis.config_text import (config_from_text,
                                               parse_config_text)
from projects.tc_clip.config_files import config_file

MODEL = "model = dict(type='TCCLIPRecognizer', backbone=dict(type={!r}))\n"
LOADER = "val_dataloader = dict(dataset=dict(pipeline=[dict(type={!r})]))\n"


@pytest.mark.parametrize('name', [
    'zero_shot/tcclip_k400.py', 'ost_k400.py',
    'mix/mmpretrain-convnext_tcclip-head_k400.py',
    'mix/slowfast_tcclip-head_k400.py'
])
def test_configs_of_this_project(name):
    config = Config.fromfile(config_file(name))
    values = parse_config_text(config.pretty_text, name)
    assert values == config.to_dict()
    kept = config_from_text(config.pretty_text, name)
    assert {*kept} == {'model', 'val_dataloader', 'test_dataloader'}
    assert kept.model == config.model
    for loader in ('val_dataloader', 'test_dataloader'):
        assert kept[loader].to_dict() == dict(
            dataset=dict(
                pipeline=config[loader].dataset.to_dict()['pipeline']))


def test_values():
    text = "a = -1.5\nb = dict({'x.y': (1, 'z')}, c=[None, True])\n" \
        "d = {1: {2}}\n"
    assert parse_config_text(text, 'a.pth') == dict(
        a=-1.5, b={
            'x.y': (1, 'z'),
            'c': [None, True]
        }, d={1: {2}})


@pytest.mark.parametrize('line, named', [
    ("a = __import__('os').system('touch mark')",
     "\"__import__('os').system('touch mark')\" in line 2"),
    ("a = [dict(b=open('mark', 'w'))]", '"open(\'mark\', \'w\')" in line 2'),
    ('import os', "'import os' in line 2"),
    ('def dict(**x): pass', "'def dict(**x): pass' in line 2"),
    ('a = b = 1', "'a = b = 1' in line 2"),
    ('a.b = 1', "'a.b = 1' in line 2"),
    ('a = x', "'x' in line 2"),
    ('a = dict([(1, 2)])', "'dict([(1, 2)])' in line 2"),
    ('a = dict(**{})', "'dict(**{})' in line 2"),
    ('a = {**{}}', "'{**{}}' in line 2"),
    ('a = 2 ** 9', "'2 ** 9' in line 2"),
    ("a = -'x'", '"-\'x\'" in line 2'),
    ("a = f'{1}'", 'in line 2'),
])
def test_anything_else_is_refused(line, named, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError) as error:
        parse_config_text(f'b = 1\n{line}\n', 'a.pth')
    message = str(error.value)
    assert message.startswith('a.pth: its config holds ') and named in message
    assert message.endswith('which is not a plain value: it is not run. Give '
                            'the config that it was trained with (--config)')
    assert os.listdir() == []


@pytest.mark.parametrize(
    'text',
    ['a = (', 'a = ' + '[' * 5000, 'a = \0', 'a = {[]: 1}', 'a = {[]}'])
def test_text_that_python_cannot_read(text):
    with pytest.raises(ValueError, match='^a.pth: its config is not Python'):
        parse_config_text(text, 'a.pth')


@pytest.mark.parametrize('kind', [
    'os.system', 'subprocess.run', 'mmengine.load', 'mmpretrain.get_model',
    'mmaction.apis.init_recognizer', 'antigravity', '__main__', 7
])
def test_types_that_are_no_parts(kind):
    text = MODEL.format(kind) + LOADER.format('PackActionInputs')
    with pytest.raises(ValueError) as error:
        config_from_text(text, 'a.pth')
    assert f'type={kind!r}, which is not a registered part' in str(error.value)
    with pytest.raises(ValueError, match='is not a registered part'):
        config_from_text(MODEL.format('TCCLIPViT') + LOADER.format(kind), '')
    assert 'antigravity' not in sys.modules


def test_the_scope_of_a_part():
    text = MODEL.format('TCCLIPViT') + LOADER.format('system')
    text = text.replace("type='system'", "type='system', _scope_='os'")
    with pytest.raises(ValueError, match="type='os.system', which is not"):
        config_from_text(text, 'a.pth')


@pytest.mark.parametrize('text', [
    '',
    MODEL.format('TCCLIPViT'),
    'model = 1\n' + LOADER.format('PackActionInputs'),
    MODEL.format('TCCLIPViT') + 'val_dataloader = dict(dataset=dict())\n',
    MODEL.format('TCCLIPViT') + 'val_dataloader = 3\n',
])
def test_a_model_and_a_pipeline_are_needed(text):
    with pytest.raises(ValueError, match='^a.pth: its config has no model, '):
        config_from_text(text, 'a.pth')
