"""Parts in stock recognizers find out what the other parts are."""
import pytest
import torch
from mmaction.registry import MODELS
from torch import nn

from projects.tc_clip.models.joining import dry_run
from tests.small import ARCH, CONTEXT, NAMES, build

TOWER = dict(type='TCCLIPViT', arch=ARCH, reference=CONTEXT)
TEXTS = dict(type='TCCLIPHead', class_names=NAMES, arch=ARCH)
RESNET = dict(
    type='ResNet3dSlowOnly',
    depth=18,
    base_channels=8,
    pretrained=None,
    lateral=False)


def recognizer(backbone, cls_head, kind='Recognizer3D', **options):
    """Builds a recognizer of MMAction2."""
    return build(
        dict(type=kind, backbone=backbone, cls_head=cls_head, **options))


def test_dry_run_computes_shapes_only():
    norm = nn.BatchNorm1d(4)
    output = dry_run(norm, (3, 4))
    assert output.shape == (3, 4) and output.device.type == 'meta'
    assert norm.num_batches_tracked == 0 and norm.weight.device.type == 'cpu'


@pytest.mark.parametrize('kind', ['Recognizer3D', 'TCCLIPRecognizer'])
def test_tower_and_text_head_share_context_tokens(kind):
    model = recognizer(TOWER, dict(TEXTS, prompt_layers=[1, -1]), kind)
    assert model.backbone.out == 'tuple'
    assert model.backbone.context_layers == [1, 3]
    assert model.cls_head.prompt_layers == [1, 3]
    scores = model.cls_head(model.backbone(torch.rand(2, 3, 4, 32, 32)))
    assert scores.shape == (2, len(NAMES))


def test_context_layers_that_are_set_stay():
    tower = dict(TOWER, context_layers=[1])
    model = recognizer(tower, dict(TEXTS, prompt_layers=[2]))
    assert model.backbone.context_layers == [1]


def test_text_head_on_a_stock_backbone():
    model = recognizer(RESNET, TEXTS)
    head = model.cls_head
    assert head.in_channels == 64
    assert head.prompt_layers == [] and head.prompting is None
    assert head.project.weight.shape == (ARCH['embed_dim'], 64)
    scores = model(torch.rand(2, 1, 3, 4, 32, 32), stage='head')
    assert scores.shape == (2, len(NAMES))


def test_text_head_on_a_tower_without_context():
    model = recognizer(dict(TOWER, out='feature'), TEXTS)
    assert model.cls_head.prompt_layers == []
    scores = model(torch.rand(2, 1, 3, 4, 32, 32), stage='head')
    assert scores.shape == (2, len(NAMES))


def test_text_head_on_a_tower_of_another_width():
    texts = dict(TEXTS, arch=dict(ARCH, embed_dim=16))
    model = recognizer(dict(TOWER, out='feature'), texts)
    assert model.cls_head.project.weight.shape == (16, ARCH['embed_dim'])


def test_channels_that_are_set_stay():
    model = recognizer(RESNET, dict(TEXTS, in_channels=32))
    assert model.cls_head.in_channels == 32


def test_recognizer_2d_says_what_to_write():
    with pytest.raises(ValueError, match=r'use_whole_clips\(_base_'):
        recognizer(TOWER, dict(type='TSNHead', num_classes=5, in_channels=24),
                   'Recognizer2D')


def test_neck_gets_frames():
    model = recognizer(TOWER, TEXTS, neck=dict(type='FrameMean'))
    assert model.backbone.out == 'frames'


def test_parts_alone_keep_their_defaults():
    assert MODELS.build(TOWER).out is None
    assert MODELS.build(TEXTS).prompt_layers == [3]
