"""Lists of which some can be read and others cannot."""
import pytest

from projects.tc_clip.datasets.preparation.list_sources import (Annotation,
                                                                Clone,
                                                                read_lists)
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
