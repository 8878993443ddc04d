"""Lists whose videos are there, missing or broken."""
import pytest

from projects.tc_clip.datasets.preparation import checked_lists
from projects.tc_clip.datasets.preparation.list_specs import ListSpec

SPEC = ListSpec('val', 'ucf_101', 'val', '', published=3783, note='our own')
ENTRIES = [('a.avi', 0), ('gone.avi', 1), ('b', 1), ('c.mp4', 0)]


@pytest.fixture
def root(tmp_path):
    """A folder with three of the four videos."""
    (tmp_path / 'deep').mkdir()
    for name in ('a.avi', 'deep/b.webm', 'c.mp4'):
        (tmp_path / name).touch()
    return tmp_path


def find(root, workers=0):
    checked, = checked_lists.find_videos({SPEC: ENTRIES}, root, workers)
    return checked


def test_paths_are_those_on_disk(root):
    assert find(root) == (SPEC, [('a.avi', 0), ('deep/b.webm', 1),
                                 ('c.mp4', 0)], [('gone.avi', 'not found')])


def test_broken_videos_are_lost_under_their_path(root, monkeypatch):
    decoded = []

    def decode_errors(files, workers):
        decoded.extend(files)
        return {f'{root}/deep/b.webm': 'cannot be read'}

    monkeypatch.setattr(checked_lists, 'decode_errors', decode_errors)
    checked = find(root, workers=2)
    assert decoded == [
        f'{root}/{name}' for name in ('a.avi', 'c.mp4', 'deep/b.webm')
    ]
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
            'list     found  expected  published',
            f'val         3         4       3783{note}'
        ]


def test_the_list_of_the_missing_goes_when_they_come(root):
    checked, file = find(root), root / 'val.missing.txt'
    assert checked_lists.write_missing(checked, root) == file
    assert file.read_text() == 'gone.avi: not found\n'
    (root / 'gone.avi').touch()
    assert checked_lists.write_missing(find(root), root) is None
    assert not file.exists()
