"""Data preparation from a clone of the official repository."""
import json
import re

import prepare_data
import pytest

from projects.tc_clip.models.text.class_names import load_class_names


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


def test_rephrased_names_are_copied(prepare, write, folder, ucf101, clone):
    labels = {'0': 'Archery: shoots a bow', '1': 'Yo-yo: plays with it'}
    args = ('ucf101', '--from', 'tc-clip', folder / 'clone', '--lists',
            'val_split1', '--llm-labels')
    status, error = prepare(*args)
    assert status == 1 and 'ucf_101.json yourself' in error
    write('clone/labels/llm/ucf_101_base_labels.json', '{}')
    write('clone/labels/llm/ucf_101_labels.json', json.dumps(labels))
    assert prepare(*args)[0] == 0
    copy = prepare_data.LABELS / 'llm/ucf_101.json'
    assert load_class_names(copy) == [*labels.values()]
    write('clone/labels/llm/ucf_101_labels.json', '{"0": "Archery"}')
    status, error = prepare(*args)
    assert status == 1 and 'has 1 classes, but ucf_101.csv has 2' in error
