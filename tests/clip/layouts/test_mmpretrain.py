"""Towers of MMPretrain, renamed and run."""
import open_clip
import pytest
import torch
from mmpretrain.models import VisionTransformer

from projects.tc_clip.clip import layouts
from tests.clip.layouts.test_tc_clip import our_keys
from tests.small import TINY_ARCH, changed


@pytest.fixture
def clip():
    torch.manual_seed(0)
    arch = changed(TINY_ARCH, text=dict(context_length=7), quick_gelu=True)
    return open_clip.CLIP(**arch)


def make_vit(bias):
    vit = VisionTransformer(
        arch=dict(
            embed_dims=8, num_layers=2, num_heads=2, feedforward_channels=32),
        img_size=32,
        patch_size=16,
        patch_cfg=dict(bias=bias),
        layer_cfgs=dict(act_cfg=dict(type='mmpretrain.QuickGELU')),
        pre_norm=True)
    vit.eval()
    return vit


def test_mmpretrain_clip_computes_the_same(clip):
    vit, proj = make_vit(bias=False), torch.randn(8, 4)
    for parameter in vit.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    text = {
        k: v
        for k, v in clip.state_dict().items() if not k.startswith('visual.')
    }
    state = {f'visual.{k}': v for k, v in vit.state_dict().items()}
    state.update(text, **{'visual_proj.proj': proj})

    ours, leftovers = layouts.from_mmpretrain(state)

    assert ours.keys() == our_keys(2, False) | {layouts.TOKEN_EMBEDDING}
    assert leftovers == {}
    clip.visual.load_state_dict({
        k[len('backbone.'):]: v
        for k, v in ours.items() if k.startswith('backbone.')
    })
    image = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        want = vit(image)[-1] @ proj
        torch.testing.assert_close(clip.eval().visual(image), want)
    assert torch.equal(ours[layouts.TOKEN_EMBEDDING],
                       text['token_embedding.weight'])


def test_mmpretrain_vision_tower():
    state = {
        f'backbone.{k}': v
        for k, v in make_vit(True).state_dict().items()
    }
    bias = state['backbone.patch_embed.projection.bias'].zero_()
    state['head.layers.head.weight'] = torch.ones(3, 8)
    ours, leftovers = layouts.from_mmpretrain(state)
    vision = {k for k in our_keys(2, False) if k.startswith('backbone.')}
    assert ours.keys() == vision - {'backbone.proj'}
    assert leftovers.keys() == {
        'backbone.patch_embed.projection.bias', 'head.layers.head.weight'
    }
    bias[3] = 0.5
    with pytest.raises(ValueError) as error:
        layouts.from_mmpretrain(state)
    assert str(error.value) == (
        'backbone.patch_embed.projection.bias is not zero. The patch '
        'embedding of CLIP has no bias, so this is not a CLIP tower.')
