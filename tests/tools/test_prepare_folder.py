"""Lists of a user's own videos."""
import pytest

from projects.tc_clip.datasets.video_lists import read_video_list


@pytest.fixture
def mine(folder, put):
    """Videos of two classes by three people, one of them broken."""
    put(*(f'my videos/{name}/{person}_{i}.mp4' for name in ('walk', 'sit down')
          for person in ('ann', 'bob', 'cid') for i in range(2)))
    (folder / 'my videos/walk/ann_9.mp4').write_bytes(b'nothing')
    return folder / 'my videos'


def read(folder, name):
    """Returns video files and labels of a list."""
    return [((folder / video.path).resolve(), *video.labels)
            for video in read_video_list(folder / name)]


def test_folders_of_classes(mine, run_tool, folder):
    printed = run_tool('prepare_data')('folder', mine, '--out', folder / 'out',
                                       '--val-share', '0.34', '--groups',
                                       '/([a-z]+)_').out
    out = folder / 'out'
    assert (out / 'classes.txt').read_text() == 'sit down\nwalk\n'
    train, val = read(out, 'train.txt'), read(out, 'val.txt')
    assert (len(train), len(val)) == (8, 4)
    people = [{path.name[:3] for path, _ in part} for part in (train, val)]
    assert len(people[1]) == 1 and not people[0] & people[1]
    for path, label in (*train, *val):
        assert path.is_file()
        assert path.parent.name == ('sit down', 'walk')[label]
    assert 'ann_9.mp4: ' in (out / 'broken.txt').read_text()
    assert [line.split() for line in printed.splitlines()[1:5]
            ] == [['class', 'train', 'val'], ['sit', 'down', '4', '2'],
                  ['walk', '4', '2'], ['all', '8', '4']]
    assert '1 videos cannot be decoded' in printed
    assert '3 groups, none on both sides, seed 0' in printed


def test_table_with_several_labels(mine, run_tool, folder, write):
    table = write(
        'labels.csv', 'walk/ann_0.mp4,walk|talk\nwalk/ann_1.mp4,talk\n'
        'walk/bob_0.mp4,walk\nwalk/bob_1.mp4,walk\n')
    run_tool('prepare_data')('folder', mine, '--out', folder / 'out',
                             '--table', table)
    out = folder / 'out'
    assert (out / 'classes.txt').read_text() == 'talk\nwalk\n'
    lists = [
        read_video_list(out / name, several=True)
        for name in ('train.txt', 'val.txt')
    ]
    labels = {
        video.path.rpartition('/')[2]: video.labels
        for part in lists
        for video in part
    }
    assert labels == {
        'ann_0.mp4': (1, 0),
        'ann_1.mp4': (0, ),
        'bob_0.mp4': (1, ),
        'bob_1.mp4': (1, )
    }
    assert not (out / 'broken.txt').exists()


@pytest.mark.parametrize('options, message', [
    (['--val-share', '1'], '--val-share 1.0 must be between'),
    (['--class-names', 'x.txt'], '--class-names goes with --table'),
    (['--workers', '0'], '--workers must be 1'),
])
def test_wrong_options(mine, run_tool, folder, capsys, options, message):
    with pytest.raises(SystemExit) as stop:
        run_tool('prepare_data')('folder', mine, '--out', folder / 'out',
                                 *options)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize('name, message', [
    ('absent', 'no such folder'),
    ('my videos/walk', 'are in no folder of a class'),
])
def test_wrong_folders(mine, run_tool, folder, name, message):
    with pytest.raises(SystemExit, match=f'error: .*{message}'):
        run_tool('prepare_data')('folder', folder / name, '--out',
                                 folder / 'out')


def test_one_class(put, run_tool, folder):
    put('one/walk/a.mp4', 'one/walk/b.mp4')
    with pytest.raises(SystemExit, match="the one class 'walk'"):
        run_tool('prepare_data')('folder', folder / 'one', '--out',
                                 folder / 'out')
