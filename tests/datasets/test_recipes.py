"""Recipes of other systems in the configs of a protocol."""
import copy

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.dataset import Compose

from projects.tc_clip.datasets.pipelines import type_name
from projects.tc_clip.datasets.recipes import (few_shots, with_recipe,
                                               with_several_labels,
                                               with_system_clips)
from projects.tc_clip.files import write_mp4
from tests.small import CONFIGS

STEPS = [
    dict(type='Resize', scale=(224, 224), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5)
]


def names(pipeline):
    return [type_name(step) for step in pipeline]


@pytest.fixture(scope='module')
def config():
    return Config.fromfile(CONFIGS / 'tcclip_k400.py')


def test_only_the_clips_change(config):
    before = copy.deepcopy(config.to_dict())
    changes = with_system_clips(config, num_frames=32, num_clips=10)
    assert config.to_dict() == before
    lengths = dict(train=(32, None), val=(32, None), test=(32, 10))
    for split, wanted in lengths.items():
        old, new = config[f'{split}_pipeline'], changes[f'{split}_pipeline']
        assert (new[1].clip_len, new[1].get('num_clips')) == wanted
        assert [*old[:1], *old[2:]] == [*new[:1], *new[2:]]
        assert changes[f'{split}_dataloader']['dataset']['pipeline'] == new


def test_steps_of_the_training(config):
    old, decoder = config.train_pipeline, [
        'SafeDecordInit', 'SampleFrames', 'SafeDecordDecode'
    ]
    changes = with_system_clips(config, num_frames=8, train_steps=STEPS)
    end = ['FormatShape', 'PackActionInputs']
    assert names(
        changes['train_pipeline']) == decoder + ['Resize', 'Flip'] + end
    assert names(changes['val_pipeline']) == names(config.val_pipeline)
    # left and right matter there
    without = dict(
        train_dataloader=dict(
            dataset=dict(
                pipeline=[step for step in old if step.type != 'Flip'])))
    changes = with_system_clips(without, num_frames=8, train_steps=STEPS)
    assert names(changes['train_pipeline']) == decoder + ['Resize'] + end


def test_short_side_of_whole_frames(config):
    """The steps of the training keep theirs."""
    changes = with_system_clips(
        config, num_frames=8, short_side=224, train_steps=STEPS)
    sizes = {
        split:
        [s['scale'] for s in changes[f'{split}_pipeline'] if 'scale' in s]
        for split in ('train', 'val', 'test')
    }
    assert sizes == dict(train=[(224, 224)], val=[(-1, 224)], test=[(-1, 224)])


def test_frames_at_fixed_distances(config, tmp_path):
    """Frame i of the video has the grey value 4 i."""
    frames = [np.full((64, 64, 3), 4 * i, np.uint8) for i in range(60)]
    write_mp4(tmp_path / 'a.mp4', frames, 8)
    changes = with_system_clips(config, num_frames=4, frame_interval=5)
    found = Compose(changes['val_pipeline'][:3])(
        dict(filename=str(tmp_path / 'a.mp4'), start_index=0, modality='RGB'))
    greys = np.array([frame.mean() for frame in found['imgs']])
    # the middle 4 x 5 of 60 frames
    assert found['frame_inds'].tolist() == [22, 27, 32, 37]
    assert abs(greys - 4 * found['frame_inds']).max() < 6


def test_a_recipe_of_a_system(config):
    """Settings of the training, clips, class names and the total batch."""
    recipe = dict(
        optim_wrapper=dict(optimizer=dict(lr=1.)),
        train_cfg=dict(max_epochs=7))
    parts = dict(
        config,
        recipe=recipe,
        clips=dict(train_steps=STEPS),
        class_texts=dict(class_names='names.csv', split_camel_case=True))
    changes = with_recipe(parts, num_frames=8, num_clips=2, total=96)
    assert {key: changes[key] for key in recipe} == recipe
    assert changes['model'] == dict(
        backbone=dict(num_frames=8), cls_head=dict(class_names='names.csv'))
    assert changes['custom_hooks'] == [
        dict(type='TotalBatchSizeHook', total=96)
    ]
    assert changes['auto_scale_lr'] == dict(base_batch_size=96)
    assert changes['test_pipeline'][1].num_clips == 2
    assert 'MultiScaleCrop' not in names(changes['train_pipeline'])
    assert 'custom_hooks' not in with_recipe(parts, num_frames=8)


def test_names_that_are_rephrased(config):
    """In the training, and in tests of other classes."""
    parts = dict(
        config,
        recipe=dict(test_cfg=dict(method='A')),
        class_texts=dict(class_names='labels/hmdb_51_base.csv'),
        test_cfg=dict(label_file='labels/{labels}_{split}.csv'))
    changes = with_recipe(parts, num_frames=8, rephrased=True)
    head = changes['model']['cls_head']
    assert head['class_names'] == 'labels/llm/hmdb_51_base.json'
    assert changes['test_cfg'] == dict(
        method='A',
        rephrased=True,
        label_file='labels/llm/{labels}_{split}.json')
    assert parts['recipe'] == dict(test_cfg=dict(method='A'))
    assert with_recipe(parts, num_frames=8)['test_cfg'] == dict(method='A')


def test_descriptors_lie_beside_rephrased_names(config):
    parts = dict(
        config,
        recipe=dict(test_cfg=dict(method='OST')),
        descriptor_kinds=['spatial'],
        class_texts=dict(class_names='a/labels/names.csv'))
    zero_shot = dict(parts, test_cfg=dict(label_file='a/labels/{labels}.csv'))
    changes = with_recipe(zero_shot, num_frames=8)
    assert changes['model']['cls_head'] == dict(
        class_names='a/labels/names.csv',
        descriptors=dict(spatial='a/labels/llm/names_spatial.json'))
    assert changes['test_cfg'] == dict(
        method='OST',
        descriptor_files=dict(spatial='a/labels/llm/{labels}_spatial.json'))
    few_shot = dict(parts, test_cfg={})
    changes = with_recipe(few_shot, num_frames=8)
    assert changes['test_cfg'] == dict(method='OST')


def test_several_labels(monkeypatch):
    monkeypatch.setenv('MINE', 'my/lists')
    config = Config.fromfile(CONFIGS / 'finetune/tcclip.py')
    changes = with_several_labels(config)
    dataset = dict(multi_class=True, class_names='my/lists/classes.txt')
    for split in ('train', 'val', 'test'):
        assert changes[f'{split}_dataloader'] == dict(dataset=dataset)
    assert [hook['type'] for hook in changes['custom_hooks']
            ] == ['TotalBatchSizeHook', 'FinalTestHook']
    merged = Config.fromfile(CONFIGS / 'finetune/tcclip_multilabel.py')
    assert merged.model.cls_head.loss_cls.type == 'BCELossWithLogits'
    assert merged.model.cls_head.class_names == 'my/lists/classes.txt'


def test_shots_are_those_of_the_protocol():
    assert [few_shots(text) for text in ('2', '16')] == [2, 16]
    for text in ('3', 'x', ''):
        with pytest.raises(
                ValueError, match=f'^SHOTS={text} must be one of 2'):
            few_shots(text)
