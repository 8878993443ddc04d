"""What a head takes from our backbone and from stock ones."""
import pytest
import torch
from mmaction.registry import MODELS

from projects.tc_clip.models.heads.head_inputs import (feature_width,
                                                       pool_feature,
                                                       split_features)
from projects.tc_clip.models.tower_features import TowerFeatures
from tests.small import ARCH


def test_pool_feature():
    x = torch.randn(6, 24, 2, 3)
    pooled = pool_feature(x, num_segs=3)
    torch.testing.assert_close(
        pooled, torch.stack([x[:3].mean((0, 2, 3)), x[3:].mean((0, 2, 3))]))
    assert pool_feature(x[:, :, 0, 0]).equal(x[:, :, 0, 0])


@pytest.mark.parametrize('feature', [(2, 24), (2, 4, 24)])
@pytest.mark.parametrize('kind', [tuple, lambda x: TowerFeatures(*x)])
def test_features_of_our_tower_keep_their_context(feature, kind):
    """Of videos, or of frames; max_testing_views makes a plain tuple."""
    given = torch.randn(feature), torch.randn(2, 1, 5, 24)
    for have, want in zip(split_features(kind(given)), given):
        assert have is want


def test_other_backbones_give_no_context():
    feature = torch.randn(6, 24, 2, 3)
    pooled, context = split_features(feature, num_segs=3)
    assert context is None and pooled.equal(pool_feature(feature, 3))


def test_a_tuple_of_one_is_unwrapped():
    feature = torch.randn(2, 24, 2, 3, 3)
    for given in ((feature, ), [feature], ([feature], )):
        assert split_features(given)[0].equal(pool_feature(feature))


def test_class_token_counts_instead_of_patches():
    """MViT gives patches and class token of its last stage in a tuple."""
    patches, cls = torch.randn(2, 24, 2, 3, 3), torch.randn(2, 24)
    assert split_features(([patches, cls], ))[0].equal(cls)


def test_pathways_are_pooled_and_concatenated():
    slow, fast = torch.randn(2, 24, 2, 3, 3), torch.randn(2, 8, 4, 3, 3)
    feature, context = split_features((slow, fast))
    assert context is None
    torch.testing.assert_close(
        feature, torch.cat((slow.mean((2, 3, 4)), fast.mean((2, 3, 4))), 1))


def test_tokens_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 5, 24\).*out_type='avg_feat"):
        split_features(torch.zeros(2, 5, 24))


def test_other_types_are_named():
    with pytest.raises(ValueError, match=r'gave tuple\(dict, Tensor\)'):
        split_features(({}, torch.zeros(2, 24)))


def recognizer(backbone, kind='Recognizer3D'):
    """Builds a recognizer without a head."""
    return MODELS.build(dict(type=kind, backbone=backbone))


@pytest.mark.parametrize('backbone, width', [
    (dict(type='C3D'), 4096),
    (dict(type='X3D', gamma_b=1, gamma_d=0.5), 192),
    (dict(
        type='ResNet3dSlowOnly',
        depth=18,
        base_channels=8,
        pretrained=None,
        lateral=False), 64),
    (dict(type='VisionTransformer', embed_dims=24, depth=1, num_heads=2), 24),
])
def test_width_of_stock_backbones(backbone, width):
    model = recognizer(backbone)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    assert feature_width(model) == width
    for key, value in model.state_dict().items():
        assert value.device.type == 'cpu' and value.equal(before[key])


def test_width_of_an_image_backbone():
    resnet = dict(type='ResNet', depth=18, pretrained=None)
    assert feature_width(recognizer(resnet, 'Recognizer2D')) == 512


def test_unknown_width_says_what_to_set():
    backbone = dict(
        type='TCCLIPViT', arch=ARCH, pos_embed='joint', num_frames=5)
    with pytest.raises(
            ValueError, match='TCCLIPViT are not known .*: set in_channels'):
        feature_width(recognizer(backbone))


@pytest.mark.parametrize('shapes',
                         [[(2, 24),
                           (2, 5, 24)], [(2, 24), (2, 1, 5, 24), (2, 24)]])
def test_other_tensors_are_named_by_their_shapes(shapes):
    with pytest.raises(ValueError) as error:
        split_features(tuple(torch.zeros(shape) for shape in shapes))
    assert f'the backbone gave tensors of shapes {shapes}: ' in str(
        error.value)
