"""Videos in which only the motion tells the classes apart."""
import json

import cv2
import numpy as np
import pytest

from projects.tc_clip.datasets.preparation import motion_videos
from projects.tc_clip.files import write_mp4

SETTINGS = dict(train=2, val=1, frames=8, size=32, seed=0)


def extents(clip):
    """Returns how far x, y, the side and the colour of the shape vary."""
    states = []
    for frame in clip.astype(float):
        y, x = np.nonzero(frame.max(2) > 92)
        colour = frame[y, x].mean(0)
        states.append((x.mean(), y.mean(), np.sqrt(len(x)), *colour))
    extent = np.ptp(states, axis=0)
    return dict(
        place=extent[:2].min(), size=extent[2], colour=extent[3:].min())


@pytest.mark.parametrize('seed', range(12))
@pytest.mark.parametrize('motion, what', [
    ('a shape moves', 'place'),
    ('a shape grows and shrinks', 'size'),
    ('a shape changes colour', 'colour'),
    ('a shape stays', None),
])
def test_the_motion_is_what_its_name_says(motion, what, seed):
    clip = motion_videos.motion_clip(motion, 32, 64,
                                     np.random.default_rng(seed))
    assert clip.shape == (32, 64, 64, 3) and clip.dtype == np.uint8
    seen = extents(clip)
    changes = dict(place=7, size=6, colour=50)
    assert {key
            for key in seen
            if seen[key] > changes[key]} == ({what} if what else set())


def test_single_frames_are_distributed_alike():
    """Quartiles of all values agree in all classes, early and late."""
    shares = np.linspace(0, 1, 5)[:, None]
    for frame in (0, 17, 31):
        for motion in motion_videos.MOTIONS:
            states = np.stack([
                motion_videos.states_over_time(
                    motion, 32, np.random.default_rng(seed))[frame]
                for seed in range(1500)
            ])
            levels = (states - motion_videos._LOW) / (
                motion_videos._HIGH - motion_videos._LOW)
            quartiles = np.quantile(levels, shares[:, 0], axis=0)
            assert np.abs(quartiles - shares).max() < 0.07
            correlation = np.corrcoef(levels.T) - np.eye(6)
            assert np.abs(correlation).max() < 0.1


def test_the_shape_stays_inside_the_picture():
    for seed in range(20):
        for motion in motion_videos.MOTIONS:
            clip = motion_videos.motion_clip(motion, 8, 64,
                                             np.random.default_rng(seed))
            border = np.concatenate(
                [clip[:, 0], clip[:, -1], clip[:, :, 0], clip[:, :, -1]], 1)
            assert border.mean(2).max() < 100


def test_clips_follow_their_seed():
    clips = [
        motion_videos.motion_clip('a shape stays', 4, 32,
                                  np.random.default_rng(seed))
        for seed in (0, 0, 1)
    ]
    assert (clips[0] == clips[1]).all() and (clips[0] != clips[2]).any()


def test_an_unknown_motion_is_refused():
    with pytest.raises(ValueError, match="one of .* but is 'spins'"):
        motion_videos.motion_clip('spins', 4, 32, np.random.default_rng(0))


def test_layout_lists_and_settings(tmp_path):
    assert motion_videos.make_data_set(tmp_path, SETTINGS)
    names = (tmp_path / 'classes.txt').read_text().splitlines()
    assert names == [*motion_videos.MOTIONS]
    assert json.loads((tmp_path / 'settings.json').read_text()) == SETTINGS
    for split, count in (('train', 2), ('val', 1)):
        lines = (tmp_path / f'{split}.txt').read_text().splitlines()
        paths, labels = zip(*(line.split() for line in lines))
        assert labels == tuple(np.repeat([*'0123'], count))
        assert len(set(paths)) == 4 * count
        for path in paths:
            video = cv2.VideoCapture(str(tmp_path / path))
            assert video.get(cv2.CAP_PROP_FRAME_COUNT) == 8
            assert video.read()[1].shape == (32, 32, 3)


def test_videos_survive_the_codec(tmp_path):
    clip = motion_videos.motion_clip('a shape moves', 8, 64,
                                     np.random.default_rng(0))
    write_mp4(tmp_path / 'a.mp4', clip, 16)
    video = cv2.VideoCapture(str(tmp_path / 'a.mp4'))
    decoded = np.stack([video.read()[1][..., ::-1]
                        for _ in clip]).astype(float)
    assert np.abs(decoded - clip).mean() < 8


def test_the_same_settings_give_the_same_videos_once(tmp_path, capsys):
    first, second = tmp_path / 'first', tmp_path / 'second'
    assert motion_videos.make_data_set(first, SETTINGS)
    assert capsys.readouterr().out.count('\n') == 8
    # more of them leave the others as they are
    assert motion_videos.make_data_set(second, dict(SETTINGS, train=3))
    for path in first.glob('videos/*.mp4'):
        other = second / 'videos' / path.name
        assert path.read_bytes() == other.read_bytes()
    capsys.readouterr()
    assert not motion_videos.make_data_set(first, SETTINGS)
    assert capsys.readouterr().out == ''
    assert motion_videos.make_data_set(first, dict(SETTINGS, seed=1))


def test_an_unfinished_data_set_is_made_again(tmp_path):
    motion_videos.make_data_set(tmp_path, SETTINGS)
    (tmp_path / 'settings.json').unlink()
    (tmp_path / 'val.txt').unlink()
    assert motion_videos.make_data_set(tmp_path, SETTINGS)
    assert (tmp_path / 'val.txt').is_file()
