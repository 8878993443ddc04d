import numpy as np
import pytest
from mmaction.datasets.transforms import SampleFrames
from mmaction.registry import TRANSFORMS
from mmengine.dataset import Compose

from projects.tc_clip.datasets import SegmentSample
from projects.tc_clip.files import write_mp4


def sample(transform, total_frames, start_index=0):
    results = dict(total_frames=total_frames, start_index=start_index)
    return transform(results)


def indices(total_frames, start_index=0, **options):
    transform = SegmentSample(**options)
    return sample(transform, total_frames, start_index)['frame_inds']


@pytest.mark.parametrize('num_frames', range(1, 33))
@pytest.mark.parametrize('start_index', [0, 1])
def test_one_view_is_sample_frames(num_frames, start_index):
    theirs = SampleFrames(clip_len=1, num_clips=num_frames, test_mode=True)
    for total in (1, 2, 5, 16, 31, 32, 33, 64, 299, 300):
        expected = sample(theirs, total, start_index)
        ours = sample(
            SegmentSample(num_frames=num_frames, test_mode=True), total,
            start_index)
        assert ours['frame_inds'].dtype == np.int32
        assert ours['frame_inds'].tolist() == expected['frame_inds'].tolist()
        assert ours['frame_interval'] == expected['frame_interval'] == 1
        assert (ours['clip_len'], ours['num_clips']) == (num_frames, 1)


@pytest.mark.parametrize('num_frames', [1, 7, 8, 16, 32])
def test_training_is_sample_frames_with_the_same_seed(num_frames):
    theirs = SampleFrames(clip_len=1, num_clips=num_frames)
    for total in (1, 2, 5, 31, 33, 64, 300):
        np.random.seed(total)
        expected = sample(theirs, total)['frame_inds']
        np.random.seed(total)
        assert indices(total, num_frames=num_frames).tolist() == \
            expected.tolist()


def test_views_take_their_share_of_every_segment():
    options = dict(num_frames=4, num_views=2, test_mode=True)
    # segments of 16 frames, of which view v takes the one at 4 + 8 v
    expected = np.arange(0, 64, 16) + np.array([4, 12])[:, None]
    assert indices(64, **options).tolist() == expected.ravel().tolist()
    results = sample(SegmentSample(**options), 64)
    assert (results['clip_len'], results['num_clips']) == (4, 2)
    shifted = indices(64, start_index=1, **options)
    assert shifted.tolist() == (expected + 1).ravel().tolist()


@pytest.mark.parametrize('total', [64, 65, 100, 301])
@pytest.mark.parametrize('options', [
    dict(test_mode=True),
    dict(test_mode=True, random_views=True),
    dict(),
])
def test_views_differ_and_lie_in_their_segments(total, options):
    np.random.seed(0)
    views = indices(total, num_frames=8, num_views=3, **options).reshape(3, 8)
    assert len({tuple(view) for view in views}) == 3
    if options == dict(test_mode=True):
        assert (np.diff(views, axis=0) > 0).all()
        segment = views // (total / 8)
    else:  # the rule of training rounds the length of a segment down
        segment = views // (total // 8)
    assert (segment == np.arange(8)).all()


def test_fixed_views_repeat_and_random_ones_do_not():
    fixed = dict(num_frames=8, num_views=2, test_mode=True)
    drawn = dict(fixed, random_views=True)
    assert indices(300, **fixed).tolist() == indices(300, **fixed).tolist()
    np.random.seed(0)
    first, second = indices(300, **drawn), indices(300, **drawn)
    assert first.tolist() != second.tolist()
    np.random.seed(0)
    assert indices(300, **drawn).tolist() == first.tolist()


@pytest.mark.parametrize('total', range(1, 9))
@pytest.mark.parametrize('test_mode', [True, False])
def test_short_videos_repeat_frames(total, test_mode):
    inds = indices(total, num_frames=9, num_views=2, test_mode=test_mode)
    assert len(inds) == 18
    assert inds.min() >= 0 and inds.max() < total
    if test_mode:
        assert set(inds) == {*range(total)}
        assert (np.diff(inds.reshape(2, 9)) >= 0).all()


@pytest.mark.parametrize('name', ['num_frames', 'num_views'])
def test_numbers_below_one_are_refused(name):
    options = {'num_frames': 8, name: 0}
    with pytest.raises(ValueError, match=f'{name} must be 1 or more.* is 0'):
        SegmentSample(**options)


def test_a_video_without_frames_is_named():
    transform = SegmentSample(num_frames=8)
    with pytest.raises(ValueError, match='^x.mp4 has no frames: '):
        transform(dict(total_frames=0, start_index=0, filename='x.mp4'))
    with pytest.raises(ValueError, match='^The video has no frames'):
        sample(transform, 0)


def test_repr_can_be_read():
    assert repr(SegmentSample(num_frames=8)) == (
        'SegmentSample(num_frames=8, num_views=1, test_mode=False, '
        'random_views=False)')


def test_views_and_crops_reach_the_model_in_order(tmp_path):
    """Red tells the frame and green the column: crops come outermost."""
    frames = np.zeros((64, 32, 96, 3), np.uint8)
    frames[..., 0] = np.arange(64)[:, None, None] * 4
    frames[..., 1] = np.arange(96) // 32 * 100  # left, middle, right
    path = str(tmp_path / 'a.mp4')
    write_mp4(path, frames, 10)
    pipeline = Compose([
        TRANSFORMS.build(transform) for transform in
        (dict(type='DecordInit'),
         dict(type='SegmentSample', num_frames=8, num_views=4, test_mode=True),
         dict(type='DecordDecode'), dict(type='Resize', scale=(-1, 32)),
         dict(type='ThreeCrop', crop_size=32),
         dict(type='FormatShape', input_format='NCTHW'))
    ])
    results = pipeline(dict(filename=path, start_index=0, modality='RGB'))
    imgs = results['imgs']
    assert imgs.shape == (12, 3, 8, 32, 32)
    values = imgs.astype(float).mean((3, 4)).reshape(3, 4, 3, 8)
    # of 8 frames a segment, view v takes the one at 1 + 2 v
    expected = np.arange(8) * 8 + np.array([1, 3, 5, 7])[:, None]
    assert np.abs(values[:, :, 0] / 4 - expected).max() < 1.5
    crops = values[:, :, 1].mean((1, 2))
    assert np.abs(crops - [0, 200, 100]).max() < 20  # left, right, middle
