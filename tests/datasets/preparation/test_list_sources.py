"""Lists of which some can be read and others cannot."""
import pytest

from projects.tc_clip.datasets.preparation.checked_lists import CheckedList
from projects.tc_clip.datasets.preparation.list_sources import (
    Annotation, Clone, check_class_names, read_lists)
from projects.tc_clip.datasets.preparation.list_specs import (DATA_SETS,
                                                              ListSpec, Subset)

SUBSET = Subset('temporal', 1, 'part.txt', 'whole.txt')
WHOLE = ListSpec('val', 'names', 'val', 'whole.txt', published=2)
PART = ListSpec('temporal/val', 'names', 'val', 'part.txt', subset=SUBSET)
ABSENT = ListSpec('train', 'names', 'train', 'absent.txt')


@pytest.fixture
def labels(tmp_path):
    (tmp_path / 'names.csv').write_text('id,name\n0,Archery\n1,YoYo\n')
    return tmp_path


@pytest.fixture
def clone(tmp_path):
    folder = tmp_path / 'clone/datasets_splits'
    folder.mkdir(parents=True)
    (folder / 'whole.txt').write_text('a.avi 0\nb.avi 1\n')
    (folder / 'part.txt').write_text('b.avi 0\n')
    return tmp_path / 'clone'


def test_an_absent_list_leaves_the_others(clone, labels):
    source = Clone(clone, labels, {})
    listed, problems = read_lists([ABSENT, WHOLE, PART], source)
    assert listed == {
        WHOLE: [('a.avi', 0), ('b.avi', 1)],
        PART: [('b.avi', 0)]
    }
    assert [*problems] == [ABSENT] and 'absent.txt is not' in problems[ABSENT]
    assert source.class_names(PART) == ['YoYo']
    assert source.class_names(WHOLE) == ['Archery', 'YoYo']


def test_a_given_file_replaces_that_of_the_clone(clone, labels, tmp_path):
    file = tmp_path / 'mine.txt'
    file.write_text('c.avi 1\nd.avi 0\n')
    listed, problems = read_lists([WHOLE], Clone(clone, labels, {'val': file}))
    assert listed[WHOLE] == [('c.avi', 1), ('d.avi', 0)] and not problems
    file.write_text('c.avi 1\nd.avi 0\ne.avi 0\n')
    listed, problems = read_lists([WHOLE], Clone(clone, labels, {'val': file}))
    assert not listed and 'has 3 lines, but the published' in problems[WHOLE]


def test_a_folder_that_is_not_a_clone_stops_all(labels):
    with pytest.raises(FileNotFoundError, match='give the root'):
        read_lists([WHOLE], Clone(labels, labels, {}))


def test_annotation_of_one_part_is_enough_for_its_lists(labels):
    (labels / 'val.csv').write_text(
        'label,youtube_id,time_start,time_end\nYoYo,a,0,10\nArchery,b,0,10\n')
    data_set = DATA_SETS['kinetics400']._replace(labels='names')
    source = Annotation(data_set, labels, labels, seed=0)
    listed, problems = read_lists([ABSENT, WHOLE], source)
    assert listed == {WHOLE: [('a_000000_000010', 1), ('b_000000_000010', 0)]}
    assert 'holds no *train*.csv' in problems[ABSENT]


KICKS = ('kick/kick_u_nm_np1.avi', 'kick_ball/kick_ball_u_nm_np1.avi')


def hmdb51(labels, **options):
    """Makes the list of a data set with two classes from annotation."""
    (labels / 'names.csv').write_text('id,name\n0,kick ball\n1,kick\n')
    for name, video in (kick.split('/') for kick in KICKS):
        (labels / f'{name}_test_split1.txt').write_text(f'{video} 2\n')
    data_set = DATA_SETS['hmdb51']._replace(labels='names')
    source = Annotation(data_set, labels, labels, seed=0, **options)
    listed, _ = read_lists([WHOLE], source)
    return CheckedList(WHOLE, listed[WHOLE], []), source


def test_lists_can_be_numbered_as_the_published_ones(labels):
    by_name, source = hmdb51(labels)
    assert dict(by_name.kept) == dict(zip(KICKS, (1, 0)))
    assert check_class_names([by_name], source) == (set(), {})
    published, source = hmdb51(labels, as_published=True)
    assert dict(published.kept) == dict(zip(KICKS, (0, 1)))
    warnings, problems = check_class_names([published], source)
    assert len(warnings) == 1 and not problems
    (labels / 'llm').mkdir()
    (labels /
     'llm/names.json').write_text('{"0": "Kick: x", "1": "Kick ball: y"}')
    assert check_class_names([published], source) == (warnings, {})
    warnings, problems = check_class_names([by_name], source)
    assert not warnings and "'Kick' has the videos" in problems[WHOLE]
