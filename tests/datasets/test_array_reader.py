"""Frames in memory in place of a video file."""
import numpy as np
import pytest
from mmengine.dataset import Compose

from projects.tc_clip.datasets.array_reader import ArrayReader, as_video
from tests.small import CONFIGS  # noqa: F401 - registers the package

FRAMES = np.random.default_rng(0).integers(
    256, size=(10, 6, 8, 3), dtype=np.uint8)
SAMPLE = dict(
    type='SampleFrames',
    _scope_='projects.tc_clip',
    clip_len=5,
    test_mode=True)


@pytest.mark.parametrize('decode', [
    dict(type='SafeDecordDecode'),
    dict(type='SafePyAVDecode'),
    dict(type='DecordDecode'),
    dict(type='DecordDecode', mode='efficient'),
])
@pytest.mark.parametrize('kind', [np.array, list])
def test_pipelines_take_the_centre_of_each_segment(decode, kind):
    result = Compose([SAMPLE, decode])(as_video(kind(FRAMES), 'mine'))
    assert np.array_equal(result['imgs'], FRAMES[1::2])
    assert result['img_shape'] == (6, 8) and result['filename'] == 'mine'


def test_steps_may_change_their_frames():
    reader = ArrayReader(FRAMES)
    before = FRAMES.copy()
    reader[0].asnumpy()[:] = 0
    reader.get_batch([0, 1]).asnumpy()[:] = 0
    assert np.array_equal(FRAMES, before) and len(reader) == 10


@pytest.mark.parametrize('frames, message', [
    (FRAMES[:0], 'mine holds no frame'),
    ([], 'mine holds no frame'),
    (FRAMES[0], r'frame 0 of shape \(8, 3\)'),
    (FRAMES[..., :1], r'frame 0 of shape \(6, 8, 1\)'),
    (FRAMES.transpose(0, 3, 1, 2), r'frame 0 of shape \(3, 6, 8\)'),
    (FRAMES / 255, 'frame 0 of float64'),
    ([FRAMES[0], FRAMES[0, :4]], r'frames of \(6, 8, 3\) and \(4, 8, 3\)'),
    (['a.mp4'], 'a str as frame 0'),
    (None, 'mine is a NoneType'),
])
def test_other_arrays_are_refused(frames, message):
    with pytest.raises(ValueError, match=message) as error:
        as_video(frames, 'mine')
    assert 'an array (T, H, W, 3) of uint8 in RGB' in str(error.value)
