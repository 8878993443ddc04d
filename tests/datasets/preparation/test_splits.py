"""Training and validation parts of videos."""
from collections import Counter
from pathlib import Path

import pytest

from projects.tc_clip.datasets.preparation.own_videos import OwnVideo
from projects.tc_clip.datasets.preparation.splits import split_videos


def make(counts, grouped=False):
    """Makes videos: a number for each class, perhaps by people."""
    return [
        OwnVideo(
            Path(f'{name}/{i}.mp4'), (name, ),
            f'person {i}' if grouped else f'{name}/{i}')
        for name, count in counts.items() for i in range(count)
    ]


def classes(videos):
    return Counter(label for video in videos for label in video.labels)


def test_each_class_gives_its_share():
    videos = make(dict(a=10, b=5, c=2, d=1))
    train, val = split_videos(videos, 0.2, seed=0)
    assert classes(val) == dict(a=2, b=1, c=1)
    assert classes(train) == dict(a=8, b=4, c=1, d=1)
    assert sorted([*train, *val]) == sorted(videos)
    assert train == [video for video in videos if video in train]


@pytest.mark.parametrize('seed', range(5))
def test_no_group_is_on_both_sides(seed):
    videos = make(dict(a=9, b=9, c=9), grouped=True)
    train, val = split_videos(videos, 0.2, seed)
    assert not {v.group for v in train} & {v.group for v in val}
    assert classes(val) == dict(a=2, b=2, c=2)


def test_the_draw_in_which_classes_are_on_both_sides():
    """Only two people do b, so one of them must be on each side."""
    videos = make(dict(a=8, b=2), grouped=True)
    for seed in range(5):
        train, val = split_videos(videos, 0.3, seed)
        assert classes(train)['b'] == classes(val)['b'] == 1


def test_a_class_of_one_group_is_trained_on():
    videos = make(dict(a=8, b=1), grouped=True)
    for seed in range(5):
        assert classes(split_videos(videos, 0.3, seed).train)['b'] == 1


def test_seeds():
    videos = make(dict(a=20, b=20))
    assert split_videos(videos, 0.2, 1) == split_videos(videos, 0.2, 1)
    assert split_videos(videos, 0.2, 1) != split_videos(videos, 0.2, 2)


@pytest.mark.parametrize('share', [0, 1, -0.1])
def test_a_share_out_of_range(share):
    with pytest.raises(ValueError, match='must be between 0 and 1'):
        split_videos(make(dict(a=3)), share, 0)


def test_one_group():
    videos = [video._replace(group='x') for video in make(dict(a=3))]
    with pytest.raises(ValueError, match="all 3 videos are in one group, 'x'"):
        split_videos(videos, 0.2, 0)


def test_a_class_without_training_videos():
    """One person does a and b, the other one a and c."""
    videos = [
        OwnVideo(Path(f'{i}.mp4'), (name, ), group)
        for i, (name, group) in enumerate(('ax', 'bx', 'ay', 'cy'))
    ]
    with pytest.raises(ValueError, match='1 classes have no training video'):
        split_videos(videos, 0.5, 0)
