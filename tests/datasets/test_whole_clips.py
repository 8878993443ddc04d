"""Configs of image models on frames become those of video models."""
import copy

import pytest

from projects.tc_clip.datasets.whole_clips import use_whole_clips

SAMPLE = dict(type='SampleFrames', clip_len=1, frame_interval=1, num_clips=8)
SHAPE = dict(type='FormatShape', input_format='NCHW')


def tsm_config():
    """Returns what matters of a TSM config."""
    return dict(
        model=dict(
            type='Recognizer2D',
            backbone=dict(type='ResNetTSM'),
            data_preprocessor=dict(mean=[1.], format_shape='NCHW'),
            cls_head=dict(
                type='TSMHead',
                num_classes=5,
                in_channels=2048,
                is_shift=True,
                consensus=dict(type='AvgConsensus', dim=1),
                dropout_ratio=0.3,
                average_clips='prob')),
        train_dataloader=dict(
            dataset=dict(pipeline=[dict(type='DecordInit'), SAMPLE, SHAPE])),
        test_dataloader=dict(
            dataset=dict(pipeline=[
                dict(SAMPLE, test_mode=True, twice_sample=True), SHAPE
            ])),
        optim_wrapper=dict(
            constructor='TSMOptimWrapperConstructor',
            paramwise_cfg=dict(fc_lr5=True)))


def test_model_pipelines_and_optimizer():
    config = tsm_config()
    use_whole_clips(config, 16)
    model = config['model']
    assert model['type'] == 'Recognizer3D'
    assert model['backbone'] == dict(type='ResNetTSM')
    assert model['data_preprocessor'] == dict(mean=[1.], format_shape='NCTHW')
    assert model['cls_head'] == dict(
        type='I3DHead',
        num_classes=5,
        in_channels=2048,
        dropout_ratio=0.3,
        average_clips='prob')
    shape = dict(type='FormatShape', input_format='NCTHW')
    sample = dict(type='SegmentSample', num_frames=16)
    assert config['train_pipeline'] == [
        dict(type='DecordInit'),
        dict(sample, num_views=1, test_mode=False), shape
    ]
    assert config['test_dataloader']['dataset']['pipeline'] == [
        dict(sample, num_views=2, test_mode=True), shape
    ]
    assert config['optim_wrapper'] == dict(
        constructor='DefaultOptimWrapperConstructor', paramwise_cfg=None)


def test_steps_of_the_base_stay_as_they_were():
    before = copy.deepcopy((SAMPLE, SHAPE))
    use_whole_clips(tsm_config(), 16)
    assert (SAMPLE, SHAPE) == before


def test_config_of_a_video_model_is_refused():
    config = tsm_config()
    config['model']['type'] = 'Recognizer3D'
    with pytest.raises(ValueError, match="model.type='Recognizer3D'"):
        use_whole_clips(config, 8)


def test_pipeline_without_a_known_sampler_is_refused():
    config = tsm_config()
    config['test_dataloader']['dataset']['pipeline'] = [SHAPE]
    with pytest.raises(ValueError, match='none of the steps .*FormatShape'):
        use_whole_clips(config, 8)
