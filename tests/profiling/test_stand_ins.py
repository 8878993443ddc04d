"""Texts whose files are absent are replaced where costs are measured."""
import json

import pytest
from mmengine.config import Config

from projects.tc_clip.profiling.stand_ins import use_stand_ins
from tests.small import CONFIGS


def config(**cls_head):
    return Config(dict(model=dict(cls_head=cls_head)))


def test_files_and_texts_that_are_there_stay(tmp_path):
    file = tmp_path / 'names.txt'
    file.write_text('run\njump\n')
    words = dict(spatial=[['a'], ['b']], temporal=[['c'], ['d']])
    for options in (dict(class_names=str(file)),
                    dict(class_names=['run'], descriptors=words)):
        given = config(**options)
        assert use_stand_ins(given) == []
        assert given.model.cls_head.to_dict() == options


def test_rephrased_names_become_bare_names(tmp_path):
    (tmp_path / 'labels/llm').mkdir(parents=True)
    rephrased = tmp_path / 'labels/llm/two.json'
    given = config(class_names=str(rephrased))
    with pytest.raises(
            FileNotFoundError,
            match=r'two.json: no such file .*no '
            r'.*two.csv to measure'):
        use_stand_ins(given)
    bare = tmp_path / 'labels/two.csv'
    bare.write_text('0,run\n1,jump\n')
    assert use_stand_ins(given) == ['class names, without their descriptions']
    assert given.model.cls_head.class_names == str(bare)
    # the file of a user is used
    rephrased.write_text(json.dumps({'0': 'run: fast', '1': 'jump: high'}))
    assert use_stand_ins(config(class_names=str(rephrased))) == []


def test_descriptors_are_as_many_as_published():
    given = config(
        class_names=['run', 'jump', 'sit'],
        descriptors=dict(spatial='no/a.json', temporal='no/b.json'))
    assert use_stand_ins(given) == ['descriptors']
    for kind in ('spatial', 'temporal'):
        lists = given.model.cls_head.descriptors[kind]
        assert [len(words) for words in lists] == [4, 4, 4]
        assert all(len({*words}) == 4 for words in lists)


@pytest.mark.parametrize('name', ['ost', 'froster'])
def test_configs_of_zero_shot_tests_need_no_files(name):
    given = Config.fromfile(CONFIGS / f'zero_shot/{name}_k400.py')
    use_stand_ins(given)
    assert use_stand_ins(given) == []
