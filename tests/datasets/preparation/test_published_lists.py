"""Lists in a clone of the official repository, with its real file names."""
import re

import pytest

from projects.tc_clip.datasets.preparation.list_specs import (DATA_SETS,
                                                              ListSpec, Subset)
from projects.tc_clip.datasets.preparation.published_lists import (
    check_clone, check_distinct, check_published, find_in_clone, read_list,
    subset_names)

FOLDERS = dict(kinetics400='k400', hmdb51='hmdb', ucf101='ucf', ssv2='ssv2')
KINETICS600 = {
    f'val_split{i}': f'k600_splits/ZS_split{i}_K600_eval.txt'
    for i in (1, 2, 3)
}
# in the clone as well, but not to be taken
OTHERS = [
    *(f'base2novel_splits/{folder}_splits/base_train.txt'
      for folder in FOLDERS.values()),
    *(f'base2novel_splits/k400_splits/fs_base_s{i}_train_prefix.txt'
      for i in (1, 2, 3)),
]


def official_files(name):
    """Returns the file of each list of a data set in the real clone."""
    if name == 'kinetics600':
        return KINETICS600
    folder = f'{FOLDERS[name]}_splits'
    val = 'validation' if name == 'ssv2' else 'val'
    files = {
        f'base_to_novel/train_seed{i}':
        f'base2novel_splits/{folder}/fs_base_s{i}_train.txt'
        for i in (1, 2, 3)
    }
    for half in ('base', 'novel'):
        files[f'base_to_novel/val_{half}'] = (
            f'base2novel_splits/{folder}/{half}_val.txt')
    if name in ('hmdb51', 'ucf101'):
        files.update(
            {f'val_split{i}': f'{folder}/val{i}.txt'
             for i in (1, 2, 3)})
    else:
        files.update(train=f'{folder}/train.txt', val=f'{folder}/{val}.txt')
        counts = (18, 16) if name == 'ssv2' else (32, 32)
        for kind, count in zip(('temporal', 'static'), counts):
            start = f'temporal_static_splits/{folder}'
            files[f'{kind}/train'] = f'{start}/train_{kind}{count}.txt'
            files[f'{kind}/val'] = f'{start}/{val}_{kind}{count}.txt'
    if name == 'kinetics400':
        files['train_tiny'] = f'{folder}/train_tiny.txt'
    else:
        files.update({
            f'train_{k}shot': f'{folder}/train1_few_shot_{k}.txt'
            for k in (2, 4, 8, 16)
        })
    return files


@pytest.fixture(scope='module')
def clone(tmp_path_factory):
    """A clone with all its names, and nothing in the files."""
    root = tmp_path_factory.mktemp('clone')
    files = [f for name in DATA_SETS for f in official_files(name).values()]
    for file in files + OTHERS:
        path = root / 'datasets_splits' / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


@pytest.mark.parametrize('name', DATA_SETS)
def test_every_list_is_found_under_its_real_name(clone, name):
    files = official_files(name)
    assert {*files} == {spec.name for spec in DATA_SETS[name].lists}
    for spec in DATA_SETS[name].lists:
        found = find_in_clone(clone, spec)
        assert found == clone / 'datasets_splits' / files[spec.name]


def test_a_list_that_is_not_there_is_named_with_what_could_be_it(
        tmp_path, clone):
    spec = DATA_SETS['ucf101'].lists[0]
    folder = tmp_path / 'datasets_splits/ucf_splits'
    folder.mkdir(parents=True)
    with pytest.raises(FileNotFoundError) as error:
        find_in_clone(tmp_path, spec)
    assert str(error.value) == (
        f'{folder}/val1.txt is not there: get it, or give another file by '
        '--lists val_split1=FILE. The clone has no other list in ucf_splits')
    for name in ('val2.txt', 'test_1.txt'):
        (folder / name).touch()
    with pytest.raises(
            FileNotFoundError, match='The clone has ucf_splits/test_1.txt$'):
        find_in_clone(tmp_path, spec)


def test_the_root_of_the_clone_is_wanted(clone):
    check_clone(clone)
    with pytest.raises(FileNotFoundError, match='give the root of a clone'):
        check_clone(clone / 'datasets_splits')


def test_a_published_list_is_read_in_its_order(tmp_path):
    file = tmp_path / 'list.txt'
    for text in ('b c.avi 1\na.avi 0', 'b c.avi 1\r\na.avi 0\r\n'):
        file.write_bytes(text.encode())
        assert read_list(file, classes=2) == [('b c.avi', 1), ('a.avi', 0)]
    with pytest.raises(FileNotFoundError, match='is not there: correct the'):
        read_list(tmp_path / 'nofile.txt', classes=2)


@pytest.mark.parametrize('text, message', [
    ('a.avi 2\n', "'a.avi 2' is not 'path label' with a label from 0 to 1"),
    ('a.avi\n', "'a.avi' is not 'path label'"),
    ('a.avi -1\n', "'a.avi -1' is not"),
])
def test_lines_of_something_else_are_refused(tmp_path, text, message):
    file = tmp_path / 'list.txt'
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_list(file, 2)


SPEC = ListSpec('x', 'l', 'val', 'x.txt', published=4)
TWICE = [('a', 0), ('b', 1), ('c', 0), ('d', 1)]


@pytest.mark.parametrize('spec, entries, message', [
    (SPEC, TWICE[:3], 'has 3 lines, but the published list has 4: give the'),
    (SPEC, TWICE[::2], r'no video with the labels \[1\], but .* 2 classes'),
    (SPEC._replace(shots=3), TWICE, 'has 2 videos with label 0, not 3'),
    (SPEC._replace(shots=2), TWICE[:3], 'has 1 videos with label 1, not 2'),
])
def test_another_list_is_noticed(spec, entries, message, tmp_path):
    check_published(TWICE, SPEC._replace(shots=2), 2, tmp_path)
    check_published(TWICE[:2], SPEC._replace(published=None), 2, tmp_path)
    with pytest.raises(ValueError, match=message):
        check_published(entries, spec, 2, tmp_path / 'x.txt')


def test_base_to_novel_training_lists_have_sixteen_videos_a_class():
    lists = [
        spec for data_set in DATA_SETS.values() for spec in data_set.lists
        if 'train_seed' in spec.name
    ]
    lengths = [spec.published for spec in lists]
    assert lengths == [3200] * 3 + [416] * 3 + [816] * 3 + [1392] * 3
    assert {spec.shots for spec in lists} == {16}


def test_a_file_for_two_lists_is_refused(clone):
    first, second, third = DATA_SETS['hmdb51'].lists[:3]
    assert check_distinct([first, second, third], clone, {}) == {}
    file = find_in_clone(clone, second)
    problems = check_distinct([first, second, third], clone,
                              {'val_split1': file})
    assert problems == {
        first:
        f'{file} is also the file of val_split2: give each list a '
        'different file',
        second:
        f'{file} is also the file of val_split1: give each list a '
        'different file'
    }


def test_names_of_a_subset_are_those_of_its_videos(tmp_path):
    subset = Subset('temporal', 2, 'part.txt', 'whole.txt')
    folder = tmp_path / 'datasets_splits'
    folder.mkdir()
    (folder / 'whole.txt').write_text('a.mp4 0\nb.mp4 1\nc.mp4 2\nd.mp4 2\n')
    (folder / 'part.txt').write_text('val/c.mp4 0\na.mp4 1\nd.mp4 0\n')
    names = ['run', 'sit', 'jump']
    assert subset_names(tmp_path, subset, names) == ['jump', 'run']
    for text in ('a.mp4 0\na.mp4 1\n', 'a.mp4 0\nb.mp4 0\nc.mp4 1\n',
                 'a.mp4 0\nunknown.mp4 1\n', 'a.mp4 0\n'):
        (folder / 'part.txt').write_text(text)
        with pytest.raises(ValueError, match=re.escape('part.txt and whole')):
            subset_names(tmp_path, subset, names)
