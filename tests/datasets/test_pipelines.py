"""Pipelines of another length or size, checked on arrays of pixels, too."""
import copy

import numpy as np
import pytest
from mmengine.config import Config, ConfigDict
from mmengine.dataset import Compose

from projects.tc_clip.datasets import SegmentSample
from projects.tc_clip.datasets.pipelines import (adapt_pipeline, clip_size,
                                                 frames_and_clips, with_clips)
from projects.tc_clip.files import write_mp4
from tests.small import CONFIGS

TRAIN = [
    dict(type='SegmentSample', num_frames=16),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='MultiScaleCrop', input_size=224, scales=(1, 0.875)),
    dict(type='Resize', scale=(224, 224), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5)
]
TEST = [
    dict(type='SegmentSample', num_frames=16, num_views=4, test_mode=True),
    dict(type='Resize', scale=(-1, 224)),
    dict(type='ThreeCrop', crop_size=(224, 224))
]


def test_frames_change_and_nothing_else():
    expected = copy.deepcopy(TEST)
    expected[0]['num_frames'] = 32
    assert adapt_pipeline(TEST, num_frames=32) == expected


@pytest.mark.parametrize('step, option', [
    (dict(type='SampleFrames', _scope_='projects.tc_clip',
          clip_len=16), 'clip_len'),
    (dict(type='mmaction.UniformSample', clip_len=16), 'clip_len'),
    (dict(type=SegmentSample, num_frames=16), 'num_frames'),
])
def test_every_sampler_gets_the_number_in_its_option(step, option):
    assert frames_and_clips([step]) == (16, 1)
    changed, other = adapt_pipeline([step, TEST[1]], num_frames=4)
    assert changed == {**step, option: 4} and other == TEST[1]
    assert frames_and_clips([other, changed]) == (4, 1)


def test_sizes_change_in_proportion():
    expected = copy.deepcopy(TRAIN)
    expected[1]['scale'] = (-1, 384)
    expected[2]['input_size'] = 336
    expected[3]['scale'] = (336, 336)
    assert adapt_pipeline(TRAIN, size=336) == expected
    resize, crop = adapt_pipeline(TEST, size=336)[1:]
    assert resize['scale'] == (-1, 336) and crop['crop_size'] == (336, 336)


@pytest.mark.parametrize('size', [32, 112, 224, 240, 336, 448])
def test_a_size_and_back_is_the_same_pipeline(size):
    there = adapt_pipeline(TRAIN, size=size)
    assert clip_size(there) == size
    # 256 becomes a whole number only in steps of 7
    back = adapt_pipeline(there, size=224, short_side=256)
    assert back == TRAIN


def test_whole_frames_get_the_short_side():
    steps = adapt_pipeline(TRAIN, size=32, short_side=32)
    assert [s['scale'] for s in steps if s['type'] == 'Resize'] == [(-1, 32),
                                                                    (32, 32)]


def test_the_given_pipeline_stays_as_it_is():
    before = copy.deepcopy(TRAIN)
    steps = adapt_pipeline(TRAIN, num_frames=8, size=32, short_side=40)
    assert TRAIN == before
    steps[-1]['flip_ratio'] = 0.
    assert TRAIN == before


def test_a_factor_is_a_size_already_in_proportion():
    pipeline = [dict(type='Resize', scale=0.5), *TEST[2:]]
    assert adapt_pipeline(pipeline, size=112)[0]['scale'] == 0.5


@pytest.mark.parametrize('pipeline, changes, message', [
    (TEST[1:], dict(num_frames=8),
     r'num_frames=8 cannot.* no SampleFrames or SegmentSample.*Resize, Three'),
    (TEST[:2], dict(size=32), r'no crop or resize to a square'),
    ([TEST[0], dict(type='CenterCrop', crop_size=(64, 32))
      ], dict(size=32), r'no crop or resize to a square'),
    (TEST[::2], dict(short_side=256),
     r'short_side=256 cannot be set.*no Resize to \(-1, n\)'),
    (TEST, dict(size=64, short_side=32),
     r'short_side=32 must not be below the size of clips, 64'),
    (TEST, dict(size=0), 'size must be 1 or more, but is 0'),
    (TEST, dict(num_frames=-1), 'num_frames must be 1 or more, but is -1'),
])
def test_what_cannot_be_changed_is_an_error(pipeline, changes, message):
    with pytest.raises(ValueError, match=message):
        adapt_pipeline(pipeline, **changes)


def test_a_config_gets_new_pipelines_in_loaders_and_by_name():
    config = ConfigDict(
        train_dataloader=dict(
            batch_size=4, dataset=dict(ann_file='a.txt', pipeline=TRAIN)),
        val_dataloader=None,
        test_dataloader=dict(dataset=dict(pipeline=TEST)),
        test_pipeline=TEST)
    changes = with_clips(config, num_frames=8, size=32)
    assert set(changes) == {
        'train_dataloader', 'test_dataloader', 'train_pipeline',
        'test_pipeline'
    }
    assert config.test_pipeline == TEST  # pure
    config.update(changes)
    assert config.train_dataloader.batch_size == 4
    assert config.train_dataloader.dataset.ann_file == 'a.txt'
    for split, old in (('train', TRAIN), ('test', TEST)):
        new = adapt_pipeline(old, num_frames=8, size=32)
        assert config[f'{split}_dataloader'].dataset.pipeline == new
        assert config[f'{split}_pipeline'] == new


def test_a_wrapped_data_set_is_an_error():
    wrapped = dict(type='RepeatDataset', dataset=dict(pipeline=TRAIN))
    with pytest.raises(ValueError, match='the RepeatDataset has no pipeline'):
        with_clips(dict(train_dataloader=dict(dataset=wrapped)), size=32)


def test_a_config_that_inherits_makes_clips_of_its_size(tmp_path):
    """From a video file to the array that the model gets."""
    write_mp4(tmp_path / 'a.mp4', np.zeros((8, 60, 80, 3), np.uint8), 8)
    (tmp_path / 'short.py').write_text(f'''
_base_ = '{CONFIGS}/tcclip_k400.py'
from projects.tc_clip.files import write_mp4
from tests.small import CONFIGS
from projects.tc_clip.datasets.pipelines import with_clips
_base_.update(with_clips(_base_, num_frames=4, size=48))
test_dataloader = dict(num_workers=0)
''')
    config = Config.fromfile(tmp_path / 'short.py')
    assert config.test_dataloader.num_workers == 0
    shapes = {
        split: (views, 3, 4, 48, 48)
        for split, views in dict(train=1, val=1, test=12).items()
    }
    for split, shape in shapes.items():
        sample = Compose(config[f'{split}_dataloader'].dataset.pipeline)(
            dict(
                filename=str(tmp_path / 'a.mp4'),
                start_index=0,
                label=0,
                modality='RGB'))
        assert sample['inputs'].shape == shape
        assert config[f'{split}_pipeline'] == config[
            f'{split}_dataloader'].dataset.pipeline
