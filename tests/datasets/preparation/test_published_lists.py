"""Lists in a clone of the official repository, whose layout may change."""
import re
from pathlib import Path

import pytest

from projects.tc_clip.datasets.preparation.list_specs import DATA_SETS
from projects.tc_clip.datasets.preparation.published_lists import (
    find_in_clone, llm_pattern, normalise, read_list)

CLONE = {
    'ucf101': {
        'val_split1': 'ucf_splits/val1.txt',
        'val_split2': 'ucf_splits/val2.txt',
        'val_split3': 'ucf_splits/val3.txt',
        'train_2shot': 'ucf_splits/train1_few_shot_2.txt',
        'train_4shot': 'ucf_splits/train1_few_shot_4.txt',
        'train_8shot': 'ucf_splits/train1_few_shot_8.txt',
        'train_16shot': 'ucf_splits/train1_few_shot_16.txt',
        'base_to_novel/train_seed1': 'base2novel_splits/ucf/train1.txt',
        'base_to_novel/train_seed2': 'base2novel_splits/ucf/train2.txt',
        'base_to_novel/train_seed3': 'base2novel_splits/ucf/train3.txt',
        'base_to_novel/val_base': 'base2novel_splits/ucf/base_val.txt',
        'base_to_novel/val_novel': 'base2novel_splits/ucf/novel_val.txt',
    },
    'kinetics400': {
        'train': 'k400/train.txt',
        'val': 'k400/val.txt',
        'base_to_novel/train_seed1': 'base_to_novel/k400_train_seed_1.txt',
        'base_to_novel/train_seed2': 'base_to_novel/k400_train_seed_2.txt',
        'base_to_novel/train_seed3': 'base_to_novel/k400_train_seed_3.txt',
        'base_to_novel/val_base': 'base_to_novel/k400_test_base.txt',
        'base_to_novel/val_novel': 'base_to_novel/k400_test_novel.txt',
    },
    'kinetics600': {
        'val_split1': 'k600_splits/k600_split1.txt',
        'val_split2': 'k600_splits/k600_split2.txt',
        'val_split3': 'k600_splits/k600_split3.txt',
    },
}


@pytest.mark.parametrize('name', CLONE)
def test_lists_of_a_clone_are_told_apart(tmp_path, name):
    clone = tmp_path / 'clone'
    for files in CLONE.values():
        for file in files.values():
            (clone / file).parent.mkdir(parents=True, exist_ok=True)
            (clone / file).write_text('')
    data_set = DATA_SETS[name]
    assert {*CLONE[name]} == {spec.name for spec in data_set.lists}
    for spec in data_set.lists:
        patterns = data_set.in_clone, spec.in_clone
        found = find_in_clone(clone, '.txt', patterns, '')
        assert found == clone / CLONE[name][spec.name]


def test_a_clone_with_two_such_lists_is_refused(tmp_path):
    for name in ('ucf_splits/val1.txt', 'ucf_old/val1.txt', 'ucf/val2.txt'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(ValueError) as error:
        find_in_clone(tmp_path, '.txt', ['ucf', r'val1'], 'choose.')
    assert str(error.value) == (
        f'{tmp_path}/ucf_old/val1.txt, {tmp_path}/ucf_splits/val1.txt all '
        "match 'ucf' and 'val1': choose.")
    with pytest.raises(FileNotFoundError, match='None of the 3 .txt files'):
        find_in_clone(tmp_path, '.txt', ['hmdb'], 'choose.')


@pytest.mark.parametrize('path', [
    'Base2Novel/val.txt', 'base_2_novel/val.txt', 'BASETONOVEL/val.txt',
    'base_to_novel/val.txt'
])
def test_spellings_of_base_to_novel_are_one(path):
    assert normalise(Path(path)) == '/b2n/val.txt'


@pytest.mark.parametrize('labels, wanted', [
    ('ucf_101', ['ucf_101_labels.json']),
    ('ucf_101_base', ['ucf_101_base_labels.json']),
    ('kinetics_600_split1', ['k600_split_1.json', 'k600_split1.json']),
])
def test_rephrased_names_of_a_part_are_told_from_the_whole(labels, wanted):
    files = ('ucf_101_labels.json', 'ucf_101_base_labels.json',
             'ucf_101_novel_labels.json', 'k600_split_1.json',
             'k600_split1.json', 'k600_split2.json')
    found = [f for f in files if re.search(llm_pattern(labels), f)]
    assert found == wanted


def test_a_published_list_is_read_in_its_order(tmp_path):
    file = tmp_path / 'list.txt'
    file.write_text('b c.avi 1\na.avi 0\n')
    assert read_list(file, classes=2) == [('b c.avi', 1), ('a.avi', 0)]
    assert read_list(file, classes=2, shots=1) == read_list(file, classes=2)


@pytest.mark.parametrize('text, shots, message', [
    ('a.avi 2\n', 0, "'a.avi 2' is not 'path label' with a label from 0 to 1"),
    ('a.avi\n', 0, "'a.avi' is not 'path label'"),
    ('a.avi -1\n', 0, "'a.avi -1' is not"),
    ('a 0\nb 0\nc 1\n', 2, 'list.txt has 1 videos with label 1, not 2'),
    ('a 0\nb 0\n', 2, 'list.txt has 0 videos with label 1, not 2'),
])
def test_a_list_of_something_else_is_refused(tmp_path, text, shots, message):
    file = tmp_path / 'list.txt'
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_list(file, 2, shots)
