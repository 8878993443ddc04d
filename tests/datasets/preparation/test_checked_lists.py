"""Lists whose videos are there, missing or broken."""
import pytest

from projects.tc_clip.datasets.preparation import checked_lists
from projects.tc_clip.datasets.preparation.list_specs import ListSpec

SPEC = ListSpec('val', 'ucf_101', 'val', '', 3783, 3800, note='our own')
ENTRIES = [('a.avi', 0), ('gone.avi', 1), ('b', 1), ('c.mp4', 0)]


@pytest.fixture
def root(tmp_path):
    """A folder with three of the four videos."""
    (tmp_path / 'deep').mkdir()
    for name in ('a.avi', 'deep/b.webm', 'c.mp4'):
        (tmp_path / name).touch()
    return tmp_path


def find(root, problems={}, listed={SPEC: ENTRIES}):
    found = checked_lists.match_videos(listed, root)
    return checked_lists.check_lists(listed, found, problems)[0]


def test_paths_are_those_on_disk(root):
    assert find(root) == (SPEC, [('a.avi', 0), ('deep/b.webm', 1),
                                 ('c.mp4', 0)], [('gone.avi', 'not found')])


def test_broken_videos_are_lost_under_their_path(root):
    checked = find(root, {'deep/b.webm': 'cannot be read', 'a.avi': ''})
    assert checked.kept == [('a.avi', 0), ('c.mp4', 0)]
    assert checked.lost == [('gone.avi', 'not found'),
                            ('deep/b.webm', 'cannot be read')]


def test_a_folder_without_videos_is_refused(tmp_path):
    with pytest.raises(ValueError, match='holds no videos'):
        find(tmp_path)


def test_the_table_counts_what_is_found(root):
    checked = find(root)
    for own, note in ((True, '  our own'), (False, '')):
        table = checked_lists.count_table([checked], own)
        assert table.splitlines() == [
            'list     found    listed  published  data set',
            f'val         3         4       3783      3800{note}'
        ]


def test_the_list_of_the_missing_goes_when_they_come(root):
    checked, file = find(root), root / 'val.missing.txt'
    assert checked_lists.write_missing(checked, root) == file
    assert file.read_text() == 'gone.avi: not found\n'
    (root / 'gone.avi').touch()
    assert checked_lists.write_missing(find(root), root) is None
    assert not file.exists()


def test_only_whole_lists_are_written(root):
    whole = SPEC._replace(name='whole')
    lists = [find(root), find(root, listed={whole: ENTRIES[:1]})]
    problems = checked_lists.write_lists(lists, root, skip_missing=False)
    assert problems == {
        SPEC:
        '1 of 4 videos are missing or broken (as listed: 1 in no '
        f'folder), see {root}/val.missing.txt: get them, or leave them out '
        'by --skip-missing'
    }
    assert (root / 'whole.txt').read_text() == 'a.avi 0\n'
    assert not (root / 'val.txt').exists()
    assert checked_lists.write_lists(lists, root, skip_missing=True) == {}
    assert len((root / 'val.txt').read_text().splitlines()) == 3


def test_folders_of_missing_videos_are_named(tmp_path):
    lost = [(f'{name}/deep/{i}.mp4', 'not found')
            for name, n in (('train', 3), ('test', 2)) for i in range(n)]
    text = checked_lists.describe_lost(
        checked_lists.CheckedList(SPEC, [('a', 0)], lost), tmp_path)
    assert '5 of 6 videos' in text and '3 in train, 2 in test' in text
