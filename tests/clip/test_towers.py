"""CLIP's towers: the architectures that are taken, and their activation."""
import pytest
import torch
from open_clip import transformer

from projects.tc_clip.clip.towers import (QuickGELU, clip_config,
                                          layer_indices, text_tower,
                                          vision_tower)
from tests.small import ARCH, changed


def activations(tower):
    """Returns the kinds of activation in a tower's blocks."""
    return {type(block.mlp.gelu) for block in tower.transformer.resblocks}


@pytest.mark.parametrize('make', [vision_tower, text_tower])
def test_quick_gelu_of_an_architecture_is_ours(make):
    config = clip_config(changed(ARCH, quick_gelu=True))
    assert activations(make(config)) == {QuickGELU}
    assert activations(make(clip_config(ARCH))) == {torch.nn.GELU}


def test_weights_of_quick_gelu_get_it_whatever_the_name():
    assert not clip_config('ViT-B-16')['quick_gelu']
    assert clip_config('ViT-B-16', 'openai')['quick_gelu']
    assert clip_config('ViT-B-16-quickgelu')['quick_gelu']
    # for a file the architecture decides
    assert not clip_config('ViT-B-16', 'some/file.pt')['quick_gelu']


def test_a_config_is_copied():
    config = clip_config(ARCH)
    assert config == dict(ARCH, quick_gelu=False) and 'quick_gelu' not in ARCH


@pytest.mark.parametrize('make, arch, message', [
    (vision_tower, 'RN50', 'is a ResNet; choose a ViT such as ViT-B-16'),
    (vision_tower, 'ViT-B-16-SigLIP', 'image tower .* not a plain CLIP'),
    (text_tower, 'ViT-B-16-SigLIP', 'text tower .* not a plain CLIP'),
    (vision_tower, changed(
        ARCH, vision=dict(patch_dropout=0.5)), "'patch_dropout': 0.5"),
    (text_tower, changed(
        ARCH, text=dict(no_causal_mask=True)), "'no_causal_mask': True"),
])
def test_what_is_not_computed_here_is_refused(make, arch, message):
    config = clip_config(arch)
    with pytest.raises(ValueError, match=message):
        make(config)


def test_an_incomplete_config_is_named():
    with pytest.raises(ValueError, match="without .'text_cfg'.; see open_cl"):
        clip_config(dict(embed_dim=4, vision_cfg={}))
    with pytest.raises(ValueError, match="arch='ViT' is not an open_clip mo"):
        clip_config('ViT')


def test_quick_gelu_equals_open_clips_with_and_without_gradients():
    x = torch.randn(2, 3, 50).mul(4).double().requires_grad_()
    y = x.detach().clone().requires_grad_()
    ours, theirs = QuickGELU()(x), transformer.QuickGELU()(y)
    torch.testing.assert_close(ours, theirs)
    (ours.sin().sum() + theirs.sin().sum()).backward()
    torch.testing.assert_close(x.grad, y.grad)
    with torch.no_grad():
        torch.testing.assert_close(QuickGELU()(y.clone()), theirs)


def test_layer_indices():
    assert layer_indices([-1, 6], 12, 'x') == [6, 12]
    assert layer_indices([], 12, 'x') == []
    for wrong in ([0], [13], [-13]):
        with pytest.raises(ValueError, match='the tower has layers 1 to 12'):
            layer_indices(wrong, 12, 'x')
    with pytest.raises(ValueError, match='names a layer twice'):
        layer_indices([12, -1], 12, 'x')
