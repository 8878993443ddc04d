"""Data preparation from a clone of the official repository."""
import json
import re

import pytest

from projects.tc_clip.models.text.class_names import load_class_names

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
def test_lists_of_a_clone_are_told_apart(tool, tmp_path, name):
    clone = tmp_path / 'clone'
    for files in CLONE.values():
        for file in files.values():
            (clone / file).parent.mkdir(parents=True, exist_ok=True)
            (clone / file).write_text('')
    data_set = tool.DATA_SETS[name]
    assert {*CLONE[name]} == {spec.name for spec in data_set.lists}
    for spec in data_set.lists:
        patterns = data_set.in_clone, spec.in_clone
        found = tool.find_in_clone(clone, '.txt', patterns, '')
        assert found == clone / CLONE[name][spec.name]


def lines(path):
    return path.read_text().splitlines()


@pytest.fixture
def clone(write):
    """Lists of UCF-101 in a clone of the official repository."""
    files = {
        'ucf_splits/val1.txt':
        'v_Archery_g20.avi 0\nv_YoYo_g21.mp4 1\n',
        'ucf_splits/train1_few_shot_2.txt':
        ''.join(f'{name}/v_{name}_g{i:02d}.avi {label}\n'
                for label, name in enumerate(['Archery', 'YoYo'])
                for i in (0, 5)),
    }
    for file, text in files.items():
        write(f'clone/datasets_splits/{file}', text)


def test_published_lists_get_our_paths(prepare, folder, ucf101, clone):
    source = ('ucf101', '--from', 'tc-clip', folder / 'clone')
    status, printed = prepare(*source, '--lists', 'val_split1', 'train_2shot')
    assert status == 0
    root = folder / 'ucf101'
    assert lines(root / 'val_split1.txt') == [
        'UCF-101/Archery/v_Archery_g20.avi 0', 'UCF-101/YoYo/v_YoYo_g21.avi 1'
    ]
    assert lines(root /
                 'train_2shot.txt')[3] == ('UCF-101/YoYo/v_YoYo_g05.avi 1')
    assert re.search(r'val_split1 +2 +2 +3783\n', printed)
    assert 'own' not in printed


def test_published_base_to_novel_lists_may_have_any_size(
        prepare, folder, write, ucf101):
    name = 'base_to_novel/train_seed2'
    write('clone/datasets_splits/base2novel_splits/ucf/train_2.txt',
          'v_YoYo_g03.avi 0\nv_YoYo_g01.avi 0\nv_YoYo_g16.avi 0\n')
    status, printed = prepare('ucf101', '--from', 'tc-clip', folder / 'clone',
                              '--lists', name)
    assert status == 0 and re.search(f'{name} +3 +3\n', printed)
    assert lines(folder / f'ucf101/{name}.txt') == [
        f'UCF-101/YoYo/v_YoYo_g{i}.avi 0' for i in ('03', '01', '16')
    ]


def test_a_list_that_is_not_found_can_be_named(prepare, folder, ucf101, clone):
    source = ('ucf101', '--from', 'tc-clip', folder / 'clone', '--lists')
    status, error = prepare(*source, 'val_split2')
    assert status == 1 and error.startswith('error: None of the 2 .txt files')
    assert 'name the list by --lists val_split2=FILE' in error
    file = folder / 'clone/datasets_splits/ucf_splits/val1.txt'
    assert prepare(*source, f'val_split2={file}')[0] == 0
    assert len(lines(folder / 'ucf101/val_split2.txt')) == 2


def test_a_clone_with_two_such_lists_is_refused(prepare, write, folder, ucf101,
                                                clone):
    write('clone/datasets_splits/ucf_old/val1.txt', '')
    status, error = prepare('ucf101', '--from', 'tc-clip', folder / 'clone',
                            '--lists', 'val_split1')
    assert status == 1
    assert 'ucf_old/val1.txt, ' in error and ' all match ' in error


@pytest.mark.parametrize('name, text, message', [
    ('val_split1', 'a.avi 2\n', "'a.avi 2' is not 'path label' with a label "
     'from 0 to 1'),
    ('val_split1', 'a.avi\n', "'a.avi' is not"),
    ('train_2shot', 'a.avi 0\nb.avi 0\nc.avi 1\n', '1 videos with label 1, '
     'not 2'),
])
def test_a_list_of_something_else_is_refused(prepare, write, folder, ucf101,
                                             name, text, message):
    file = write('list.txt', text)
    status, error = prepare('ucf101', '--from', 'tc-clip', folder, '--lists',
                            f'{name}={file}')
    assert status == 1 and message in error


def test_rephrased_names_are_copied(tool, prepare, write, folder, ucf101,
                                    clone):
    labels = {'0': 'Archery: shoots a bow', '1': 'Yo-yo: plays with it'}
    args = ('ucf101', '--from', 'tc-clip', folder / 'clone', '--lists',
            'val_split1', '--llm-labels')
    status, error = prepare(*args)
    assert status == 1 and 'ucf_101.json yourself' in error
    write('clone/labels/llm/ucf_101_base_labels.json', '{}')
    write('clone/labels/llm/ucf_101_labels.json', json.dumps(labels))
    assert prepare(*args)[0] == 0
    copy = tool.LABELS / 'llm/ucf_101.json'
    assert load_class_names(copy) == [*labels.values()]
    write('clone/labels/llm/ucf_101_labels.json', '{"0": "Archery"}')
    status, error = prepare(*args)
    assert status == 1 and 'has 1 classes, but ucf_101.csv has 2' in error
