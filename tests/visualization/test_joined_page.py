"""Pages of several models in one."""
import pytest

from projects.tc_clip.visualization import join_pages, write_page
from projects.tc_clip.visualization.page_document import read_document
from tests.visualization.pages import VIDEOS, video


@pytest.fixture
def write(tmp_path):
    """Writes a page; returns its path."""

    def write(name, videos, title='tc'):
        write_page(tmp_path / name / 'index.html', title, videos, {})
        return tmp_path / name / 'index.html'

    return write


def test_videos_are_matched_by_name(write, tmp_path):
    other = [
        video('a/runs.mp4', 'run', ['run'], []),
        video('new.mp4', 'run', ['run'], []),
        video('a/walks.mp4', 'sit', ['walk'], [], grey=60)
    ]
    pages = [write('a', VIDEOS), write('b', other, 'other')]
    assert join_pages(pages, tmp_path / 'both.html') == 2
    run = read_document(tmp_path / 'both.html')
    assert [model['name'] for model in run['models']] == ['tc', 'other']
    assert [v['name'] for v in run['videos']] == ['a/walks.mp4', 'a/runs.mp4']
    walks, runs = run['videos']
    assert [view['guesses'][0]['label']
            for view in walks['views']] == ['walk', 'sit']
    # equal frames are there once
    assert runs['views'][1]['frames'] is None
    assert len(walks['views'][1]['frames']) == 3
    # accuracy stays that of each whole test
    assert [m['tally']['labelled'] for m in run['models']] == [2, 3]
    assert run['classes'] == ['run', 'walk', 'sit']


def test_joined_pages_can_be_joined_again(write, tmp_path):
    pages = [write(name, VIDEOS, name) for name in 'abc']
    join_pages(pages[1:], tmp_path / 'two.html')
    odd = [video(v.name, 'x', v.labels, [], grey=9) for v in VIDEOS]
    join_pages([write('odd', odd, 'odd'), tmp_path / 'two.html'],
               tmp_path / 'all.html')
    run = read_document(tmp_path / 'all.html')
    assert [model['name'] for model in run['models']] == ['odd', 'b', 'c']
    wanted = read_document(pages[1])['videos'][0]['views'][0]['frames']
    first, *others = run['videos'][0]['views']
    assert first['frames'] != wanted
    assert [view['frames'] for view in others] == [wanted, wanted]


def test_models_of_one_name_are_told_apart(write, tmp_path):
    pages = [write('a', VIDEOS), write('b', VIDEOS)]
    join_pages(pages, tmp_path / 'both.html')
    models = read_document(tmp_path / 'both.html')['models']
    assert [m['name'] for m in models] == [f'tc ({page})' for page in pages]


def test_pages_that_do_not_fit_are_named(write, tmp_path):
    page = write('a', VIDEOS)
    out = tmp_path / 'both.html'
    with pytest.raises(ValueError, match='at least two pages'):
        join_pages([page], out)
    other = write('b', [video('new.mp4', 'run', [], [])])
    with pytest.raises(
            ValueError,
            match='a/index.html shows a/walks.mp4, .*b/index.html shows '
            'new.mp4. Test the same list'):
        join_pages([page, other], out)
    other = write('c', [video('a/runs.mp4', 'run', ['walk'], [])])
    with pytest.raises(
            ValueError, match=r"runs.mp4 is labelled \['run'\] .*\['walk'\]"):
        join_pages([page, other], out)
    with pytest.raises(OSError):
        join_pages([page, tmp_path / 'none.html'], out)
    assert not out.exists()
