"""Data preparation from a clone of the official repository."""
import json

import _prepare_lists
import pytest

from projects.tc_clip.models.text.class_names import load_class_names

LISTS = 'clone/datasets_splits/ucf_splits'


def lines(path):
    return path.read_text().splitlines()


@pytest.fixture
def source(write, folder, monkeypatch):
    """Options for a clone whose lists have two classes, not 101."""
    files = {
        'val1.txt':
        'v_Archery_g20.avi 0\nv_YoYo_g21.mp4 1\n',
        'val2.txt':
        'v_YoYo_g21.mp4 1\nv_Archery_g21.avi 0\n',
        'train1_few_shot_2.txt':
        ''.join(f'{name}/v_{name}_g{i:02d}.avi {label}\n'
                for label, name in enumerate(['Archery', 'YoYo'])
                for i in (0, 5)),
    }
    for file, text in files.items():
        write(f'{LISTS}/{file}', text)
    data_set = _prepare_lists.DATA_SETS['ucf101']
    small = [spec._replace(published=None) for spec in data_set.lists]
    monkeypatch.setitem(_prepare_lists.DATA_SETS, 'ucf101',
                        data_set._replace(lists=small))
    return 'ucf101', '--from', 'tc-clip', folder / 'clone'


def test_published_lists_get_our_paths(prepare, folder, ucf101, source):
    status, printed = prepare(*source, '--lists', 'val_split1', 'train_2shot')
    assert status == 0
    root = folder / 'ucf101'
    assert lines(root / 'val_split1.txt') == [
        'UCF-101/Archery/v_Archery_g20.avi 0', 'UCF-101/YoYo/v_YoYo_g21.avi 1'
    ]
    assert lines(root /
                 'train_2shot.txt')[3] == ('UCF-101/YoYo/v_YoYo_g05.avi 1')
    assert 'new draw' not in printed
    assert not (root / 'val_split2.txt').exists()


def test_the_table_tells_the_published_list_from_the_data_set(
        prepare, write, put, folder):
    names = ''.join(f'v{i}.mp4 {i % 3}\n' for i in range(19877))
    write('clone/datasets_splits/k400_splits/val.txt', names)
    put('kinetics400/val/v0.mp4')
    _, printed = prepare('kinetics400', '--from', 'tc-clip', folder / 'clone',
                         '--lists', 'val')
    assert printed.splitlines()[1].split() == [
        'val', '1', '19877', '19877', '20000'
    ]


def test_lists_that_are_not_there_leave_the_others(prepare, folder, ucf101,
                                                   source):
    status, printed = prepare(*source)
    assert status == 1 and 'error: not written (9 lists):' in printed
    assert ('ucf_splits/val3.txt is not there: get it, or give another file '
            'by --lists val_split3=FILE') in printed
    assert sorted(file.name for file in (folder / 'ucf101').glob('*.txt')) == [
        'train_2shot.txt', 'val_split1.txt', 'val_split2.txt'
    ]


def test_a_file_replaces_a_list_and_all_stay_selected(prepare, folder, write,
                                                      ucf101, source):
    file = write('mine.txt', 'v_YoYo_g20.avi 1\nv_Archery_g20.avi 0\n')
    status, printed = prepare(*source, '--lists', f'val_split3={file}')
    root = folder / 'ucf101'
    assert lines(root / 'val_split3.txt')[0] == 'UCF-101/YoYo/v_YoYo_g20.avi 1'
    assert status == 1 and 'error: not written (8 lists):' in printed
    (root / 'val_split1.txt').unlink()
    assert prepare(*source, '--lists', f'val_split3={file}',
                   'val_split2')[0] == 0
    assert not (root / 'val_split1.txt').exists()


def test_a_wrong_file_is_refused(prepare, folder, ucf101, source):
    for file, message in ((folder / LISTS / 'val2.txt',
                           'is also the file of val_split2'),
                          (folder / LISTS / 'train1_few_shot_2.txt',
                           'file of train_2shot'),
                          (folder / 'nofile.txt',
                           'nofile.txt is not there: correct the path')):
        status, printed = prepare(*source, '--lists', f'val_split1={file}')
        assert status == 1 and message in printed
        assert not (folder / 'ucf101/val_split1.txt').exists()
    status, printed = prepare(*source[:3], folder / 'clone/datasets_splits')
    assert status == 1 and 'give the root of a clone' in printed


def test_classes_of_a_subset_are_written(prepare, folder, write, put):
    start = 'clone/datasets_splits/temporal_static_splits/ssv2_splits'
    classes = [*range(18)]
    names = [f'Class {i}' for i in classes]
    (_prepare_lists.LABELS /
     'ssv2.csv').write_text('id,name\n' +
                            ''.join(f'{i},{name}\n'
                                    for i, name in enumerate(names)))
    write('clone/datasets_splits/ssv2_splits/validation.txt',
          ''.join(f'{i}.webm {i}\n' for i in classes))
    videos = [classes[-1 - i % 18] for i in range(3371)]
    write(f'{start}/validation_temporal18.txt',
          ''.join(f'{i}.webm {17 - i}\n' for i in videos))
    put(*(f'ssv2/{i}.webm' for i in classes))
    status, printed = prepare('ssv2', '--from', 'tc-clip', folder / 'clone',
                              '--lists', 'temporal/val')
    assert status == 0, printed
    root = folder / 'ssv2/temporal'
    assert load_class_names(root / 'classes.txt') == names[::-1]
    assert lines(root / 'val.txt')[:2] == ['17.webm 0', '16.webm 1']


def test_rephrased_names_are_copied(prepare, write, folder, ucf101, source):
    labels = {'0': 'Archery: shoots a bow', '1': 'Yo-yo: plays with it'}
    args = (*source, '--lists', 'val_split1', '--llm-labels')
    status, error = prepare(*args)
    assert status == 1 and 'ucf_101.json by hand' in error
    file = 'clone/labels/labels_froster/ucf_101_llm_labels.json'
    write(file, json.dumps(labels))
    assert prepare(*args)[0] == 0
    copy = _prepare_lists.LABELS / 'llm/ucf_101.json'
    assert load_class_names(copy) == [*labels.values()]
    write(file, '{"0": "Archery"}')
    status, error = prepare(*args)
    assert status == 1 and 'has 1 classes, but ucf_101.csv has 2' in error
