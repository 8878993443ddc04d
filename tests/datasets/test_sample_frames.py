"""SegmentSample under the name and options that MMAction2's tools know."""
import copy

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.dataset import Compose

from projects.tc_clip.datasets import SampleFrames, SegmentSample
from tests.small import CONFIGS


def indices(transform, total_frames=100):
    results = transform(dict(total_frames=total_frames, start_index=3))
    return (results['frame_inds'].tolist(), results['clip_len'],
            results['num_clips'])


@pytest.mark.parametrize('options', [
    dict(),
    dict(test_mode=True),
    dict(test_mode=True, random_views=True),
])
@pytest.mark.parametrize('frames, views', [(16, 1), (8, 4), (5, 2)])
def test_frames_are_those_of_segment_sample(options, frames, views):
    np.random.seed(1)
    ours = indices(SampleFrames(clip_len=frames, num_clips=views, **options))
    np.random.seed(1)
    assert ours == indices(
        SegmentSample(num_frames=frames, num_views=views, **options))


@pytest.mark.parametrize('name', ['clip_len', 'num_clips'])
def test_numbers_below_one_are_refused(name):
    with pytest.raises(ValueError, match=f'{name} must be 1 or more.* is 0'):
        SampleFrames(**{'clip_len': 8, name: 0})


def test_sampling_twice_is_refused():
    assert SampleFrames(clip_len=8, twice_sample=False).num_views == 1
    with pytest.raises(ValueError, match='^twice_sample=True .*set num_clips'):
        SampleFrames(clip_len=8, twice_sample=True)


def test_repr_can_be_read():
    assert repr(SampleFrames(clip_len=8, num_clips=2)) == (
        'SampleFrames(clip_len=8, num_clips=2, test_mode=False, '
        'random_views=False)')


@pytest.fixture(params=['tcclip_k400.py', 'zero_shot/tcclip_k400.py'])
def pipeline(request):
    """The test pipeline of a recipe, with the number of its views."""
    config = Config.fromfile(CONFIGS / request.param)
    return config.test_pipeline, 4 if '/' not in request.param else 2


def test_tools_change_the_clips(pipeline):
    """As clip_feature_extraction.py and MMAction2Inferencer do."""
    steps, views = pipeline
    sampled = []
    for _ in range(2):
        step, = (s for s in steps if s['type'] == 'SampleFrames')
        sampled.append(indices(Compose([step])))
        step['num_clips'] = 1
        step['twice_sample'] = False
    (inds, clip_len, num_clips), (one, *_) = sampled
    assert (clip_len, num_clips, len(inds)) == (16, views, 16 * views)
    centres = SegmentSample(num_frames=16, test_mode=True)
    assert one == indices(centres)[0]


def demo_sample(steps):
    """Removes the steps that demos remove; returns a sample and the steps."""
    sampler, = (s for s in steps if 'SampleFrames' in s['type'])
    frames = sampler['clip_len'] * sampler['num_clips']
    rng = np.random.default_rng(0)
    sample = dict(
        img_shape=(240, 320),
        modality='RGB',
        label=-1,
        num_clips=sampler['num_clips'],
        clip_len=sampler['clip_len'])
    rest = [copy.deepcopy(s) for s in steps if s is not sampler]
    return sample, list(
        rng.integers(256, size=(frames, 240, 320, 3), dtype=np.uint8)), rest


def test_demos_that_give_frames_get_clips(pipeline):
    """As long_video_demo.py (array) and webcam_demo.py (imgs) do."""
    steps, views = pipeline
    sample, frames, rest = demo_sample(steps)
    webcam = Compose(rest)(dict(sample, imgs=list(frames)))
    rest.insert(1, dict(type='ArrayDecode'))
    long = Compose(rest)(
        dict(sample, array=frames, frame_inds=np.arange(len(frames))))
    crops = 3 if views == 4 else 1
    assert long['inputs'].shape == (views * crops, 3, 16, 224, 224)
    assert long['inputs'].equal(webcam['inputs'])
    # the centre of the last view's last frame, resized by less than 10 %
    resized = frames[-1].mean()
    assert abs(long['inputs'][views - 1, :, -1].float().mean() - resized) < 2
