"""MMAction2's heads score our feature as it is."""
import pytest
import torch
from mmaction.registry import MODELS

from projects.tc_clip.models.backbones.stock_heads import FORMS, form_for

WIDTH = 24


def make_head(kind, **options):
    """Builds a head of five classes in evaluation mode."""
    return MODELS.build(
        dict(type=kind, num_classes=5, in_channels=WIDTH, **options)).eval()


@pytest.mark.parametrize('kind, options, form', [
    ('TimeSformerHead', {}, 'feature'),
    ('UniFormerHead', {}, 'feature'),
    ('I3DHead', dict(spatial_type=None), 'feature'),
    ('I3DHead', {}, 'map'),
    ('TPNHead', {}, 'map'),
    ('SlowFastHead', {}, 'pathways'),
    ('MViTHead', {}, 'tokens'),
])
def test_linear_heads_score_the_feature(kind, options, form):
    head = make_head(kind, **options)
    assert form_for(head, WIDTH) == form
    feature = torch.randn(2, WIDTH)
    with torch.no_grad():
        torch.testing.assert_close(
            head(FORMS[form](feature)), head.fc_cls(feature))


def test_head_of_x3d():
    head = make_head('X3DHead')
    feature = torch.randn(2, WIDTH)
    assert form_for(head, WIDTH) == 'map'
    with torch.no_grad():
        torch.testing.assert_close(
            head(FORMS['map'](feature)), head.fc2(head.fc1(feature).relu()))


def test_head_that_returns_the_feature():
    head = MODELS.build(dict(type='FeatureHead'))
    assert form_for(head, WIDTH) == 'feature'
    feature = torch.randn(2, WIDTH)
    assert head(FORMS['feature'](feature)).equal(feature)


def test_other_channels_say_what_to_write():
    with pytest.raises(
            ValueError,
            match=r'I3DHead expects in_channels=24, but TCCLIPViT gives 512 '
            r'channels: write cls_head=dict\(in_channels=512\)'):
        form_for(make_head('I3DHead'), 512)


def test_head_that_reads_no_form_says_what_to_write():
    with pytest.raises(ValueError, match="TSNHead reads none .*TimeSformerH"):
        form_for(make_head('TSNHead'), WIDTH)
