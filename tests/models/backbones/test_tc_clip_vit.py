"""The vision tower against open_clip, its options and its errors."""
import pytest
import torch

from projects.tc_clip.clip.towers import clip_config, text_tower, vision_tower
from tests.small import ARCH, make_model, make_vit, save_clip


@pytest.mark.parametrize('quick_gelu', [True, False])
def test_one_frame_equals_open_clip(quick_gelu):
    arch = dict(ARCH, quick_gelu=quick_gelu)
    torch.manual_seed(3)
    tower = vision_tower(clip_config(arch)).eval()
    vit = make_vit(arch=arch, reference=dict(type='FrameWise'))
    vit.load_state_dict(tower.state_dict())
    images = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        feature, context = vit(images[:, :, None])
        torch.testing.assert_close(feature, tower(images), rtol=0, atol=1e-5)
    assert context.shape == (2, 0, 0, 24)


def test_frame_wise_feature_is_the_mean_over_frames():
    vit = make_vit(reference=dict(type='FrameWise'), out='feature')
    clips = torch.randn(2, 3, 4, 32, 32)
    with torch.no_grad():
        frames = torch.stack([vit(clips[:, :, t:t + 1]) for t in range(4)])
        torch.testing.assert_close(
            vit(clips), frames.mean(0), rtol=0, atol=1e-5)


@pytest.mark.parametrize('kind', ['ContextTokens', 'HeadWiseContext'])
def test_no_context_tokens_is_frame_wise(kind):
    none = make_vit(
        reference=dict(type=kind, num_tokens=0), context_layers=[2, -1])
    frame_wise = make_vit(
        reference=dict(type='FrameWise'), context_layers=[2, -1])
    assert none.state_dict().keys() == frame_wise.state_dict().keys()
    clips = torch.randn(2, 3, 4, 32, 32)
    with torch.no_grad():
        for one, other in zip(none(clips), frame_wise(clips)):
            assert one.equal(other)


@pytest.mark.parametrize('arch', [
    'ViT-B-32', 'ViT-B-16', 'ViT-B-16-quickgelu', 'ViT-L-14', 'ViT-L-14-336',
    'ViT-L-14-336-quickgelu'
])
def test_open_clip_vits_build_and_run(arch):
    config = clip_config(arch)
    with torch.device('meta'):
        model = make_model(
            backbone=dict(arch=arch, reference=dict(type='ContextTokens')))
        size = model.backbone.image_size
        logits = model.cls_head(
            model.backbone(torch.empty(2, 3, 4, *size, device='meta')))
        towers = vision_tower(config), text_tower(config)
    assert logits.shape == (2, 3)
    # weights of CLIP load as they are
    for ours, theirs in zip((model.backbone, model.cls_head.text_encoder),
                            towers):
        shapes = {k: v.shape for k, v in ours.state_dict().items()}
        want = {k: v.shape for k, v in theirs.state_dict().items()}
        assert want.items() <= shapes.items()
        added = {key.split('.')[-1] for key in shapes.keys() - want.keys()}
        assert added <= {'local_global_bias'}


@pytest.mark.parametrize('frames', [1, 2, 3, 7, 32])
def test_spatial_positions_take_any_number_of_frames(frames):
    vit = make_vit(context_layers=[-1])
    clip = torch.randn(1, 3, frames, 32, 32, requires_grad=True)
    feature, context = vit(clip)
    # 8 of 16 patches are seeds in every frame
    assert context.shape == (1, 1, min(6, 8 * frames), 24)
    feature.square().sum().backward()
    # every frame counts
    reached = clip.grad.square().sum((0, 1, 3, 4))
    assert reached.min() > 1e-3 * reached.max()


def test_context_layers_are_returned_in_order():
    clips = torch.randn(2, 3, 4, 32, 32)
    with torch.no_grad():
        both = make_vit(context_layers=[-1, 1])(clips)[1]
        first = make_vit(context_layers=[1])(clips)[1]
        last = make_vit(context_layers=[3])(clips)[1]
    assert both.shape == (2, 2, 6, 24)
    assert both[:, 0].equal(first[:, 0]) and both[:, 1].equal(last[:, 0])


def test_frame_wise_gives_frame_features_as_context():
    vit = make_vit(reference=dict(type='FrameWise'), context_layers=[-1])
    with torch.no_grad():
        feature, context = vit(torch.randn(2, 3, 5, 32, 32))
    assert context.shape == (2, 1, 5, 24)
    torch.testing.assert_close(context[:, 0].mean(1), feature)


def test_permuting_videos_permutes_outputs():
    vit, clips = make_vit(context_layers=[-1]), torch.randn(3, 3, 4, 32, 32)
    with torch.no_grad():
        feature, context = vit(clips)
        feature_again, context_again = vit(clips[[2, 0, 1]])
    torch.testing.assert_close(feature_again, feature[[2, 0, 1]])
    torch.testing.assert_close(context_again, context[[2, 0, 1]])


def test_bias_exists_where_frames_read_reference_tokens():
    names = [n for n, _ in make_vit().named_parameters() if 'bias' in n]
    names = [n for n in names if 'local_global' in n]
    assert names == [
        f'transformer.resblocks.{i}.local_global_bias' for i in (1, 2)
    ]
    for options in (dict(local_global_bias=False),
                    dict(reference=dict(type='FrameWise'))):
        names = make_vit(**options).state_dict()
        assert not [n for n in names if 'local_global' in n]


def test_every_parameter_learns():
    vit = make_vit(context_layers=[-1])
    feature, context = vit(torch.randn(1, 3, 4, 32, 32))
    (feature.square().sum() + context.square().sum()).backward()
    assert [n for n, p in vit.named_parameters() if p.grad is None] == []


@pytest.mark.parametrize('options, message', [
    (dict(pos_embed='time'), "pos_embed='time': space, joint, space.time"),
    (dict(stretch_time=True), "pos_embed='space' has no time"),
    (dict(out='dict'), "out='dict'"),
    (dict(context_layers=[4]), r'context_layers=\[4\] names a layer that'),
    (dict(arch='ViT-B-17'), "arch='ViT-B-17' is not an open_clip model"),
    (dict(arch='RN50'), 'The image tower of this arch is a ResNet'),
    (dict(arch='ViT-B-16-SigLIP'), 'is not a plain CLIP transformer'),
    (dict(arch=dict(embed_dim=4)), 'an inline config without'),
    (dict(reference=dict(type='ContextTokens', seed_ratio=0.)), 'seed_ratio'),
    (dict(reference=dict(type='ContextTokens', num_tokens=-1)),
     'num_tokens=-1'),
])
def test_wrong_options_say_what_is_wrong(options, message):
    with pytest.raises(ValueError, match=message):
        make_vit(**options)


def test_parts_that_clip_lacks_keep_their_initial_values(tmp_path):
    clip = save_clip(tmp_path / 'clip.pt')
    vit = make_vit(
        pretrained=str(tmp_path / 'clip.pt'),
        num_frames=2,
        pos_embed='space+time',
        patch_bias=True,
        patch_context=dict(type='ProjectedPatches'),
        injection=dict(type='VitaTokens'))
    before = {name: p.clone() for name, p in vit.named_parameters()}
    vit.init_weights()
    ours = {
        name
        for name, p in vit.named_parameters() if f'visual.{name}' not in clip
    }
    assert {
        'time_embedding', 'conv1.bias', 'patch_context.proj',
        'injection.global_prompts'
    } <= ours
    for name, p in vit.named_parameters():
        assert p.equal(before[name] if name in ours else clip['visual.' +
                                                              name])
