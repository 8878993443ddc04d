"""Tests go on where a video is broken, and say so."""
import pytest
from mmaction.structures import ActionDataSample
from mmengine.logging import MMLogger

from projects.tc_clip.engine import BrokenVideosHook


@pytest.fixture
def said(monkeypatch):
    """What the hook logs."""
    messages = []
    monkeypatch.setattr(
        'projects.tc_clip.engine.hooks.broken_videos.print_log',
        lambda message, **options: messages.append(message))
    return messages


@pytest.fixture
def runner(tmp_path):
    """All that the hook needs of a runner."""
    return type('Runner', (), dict(work_dir=str(tmp_path), logger=MMLogger))


def batch(names, broken=()):
    """Returns a batch of videos, some of which are broken."""
    samples = []
    for name in names:
        meta = dict(broken='it is empty') if name in broken else {}
        samples.append(ActionDataSample(metainfo=dict(filename=name, **meta)))
    return dict(data_samples=samples)


def run(hook, runner, mode, *batches):
    """Runs an epoch of a test or validation."""
    getattr(hook, f'before_{mode}_epoch')(runner)
    for i, data in enumerate(batches):
        getattr(hook, f'after_{mode}_iter')(runner, i, data)
    getattr(hook, f'after_{mode}_epoch')(runner)


def test_tests_are_counted_together_and_warned_of_at_the_end(
        said, runner, tmp_path):
    hook, file = BrokenVideosHook(), tmp_path / 'broken_videos.txt'
    file.write_text('of an earlier run')
    hook.before_run(runner)
    assert not file.exists()
    run(hook, runner, 'test', batch('ab', 'b'), batch('cd'))
    run(hook, runner, 'test', batch('efg', 'g'))
    assert said == []  # the table of results comes first
    hook.after_run(runner)
    assert said == [
        '2 of 7 videos of this test cannot be read, and count as black clips: '
        'the figures are not those of the whole list. '
        f'{file} names them.'
    ]
    assert file.read_text() == 'b: it is empty\ng: it is empty\n'


def test_validations_warn_each_time(said, runner):
    hook = BrokenVideosHook()
    for _ in range(2):
        run(hook, runner, 'val', batch('ab', 'a'))
    hook.after_run(runner)
    assert len(said) == 2
    assert said[0].startswith('1 of 2 videos of this validation cannot be re')


def test_nothing_is_said_where_all_is_well(said, runner, tmp_path):
    hook = BrokenVideosHook()
    run(hook, runner, 'test', batch('ab'))
    hook.after_train_iter(runner, 0, batch('a', 'a'))
    hook.after_test_iter(runner, 0, [batch('a', 'a')])  # of other data sets
    hook.after_run(runner)
    assert said == [] and not [*tmp_path.iterdir()]


@pytest.mark.parametrize('count, which', [(2, ''), (40, 'first ')])
def test_a_list_without_a_video_is_an_error(runner, count, which):
    names = [f'{i}.mp4' for i in range(count)]
    batches = [batch([name], names) for name in names]
    with pytest.raises(ValueError) as error:
        run(BrokenVideosHook(), runner, 'test', *batches)
    assert str(error.value) == (
        f'None of the {which}{min(count, 32)} videos can be read: 0.mp4 (it '
        'is empty). Correct data_root, data_prefix or ann_file of the data '
        'set')
