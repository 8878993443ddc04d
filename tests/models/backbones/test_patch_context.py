"""Context tokens from patches, from X-CLIP's formula."""
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS

from tests.small import NAMES, make_head, make_model, make_tower, make_vit

PATCHES = dict(type='ProjectedPatches')
CLIPS = torch.randn(2, 3, 3, 32, 48, dtype=torch.float64)


def project_slowly(part, patches):
    """Projects each patch of each frame ``(T, P, D)``, and then averages."""
    frames = []
    for frame in patches:
        rows = []
        for patch in frame:
            centred = patch - patch.mean()
            normed = centred / (centred.square().mean() + 1e-5)**0.5
            rows.append(
                (normed * part.norm.weight + part.norm.bias) @ part.proj)
        frames.append(torch.stack(rows))
    return sum(frames) / len(frames)


def make(layers, **options):
    """Builds a small tower with random weights."""
    return make_tower(
        dict(type='FrameWise'),
        patch_context=PATCHES,
        context_layers=layers,
        **options)


@torch.no_grad()
def test_layers_give_their_patches_before_ln_post():
    vit = make([1, -1], injection=dict(type='DeepVisualPrompts', depth=2))
    outputs = []
    for block in vit.transformer.resblocks:
        block.register_forward_hook(lambda *call: outputs.append(call[2][0]))
    feature, context = vit(CLIPS)
    assert context.shape == (2, 2, 24, 24)
    for given, layer in zip(context.unbind(1), (outputs[0], outputs[2])):
        for video, patches in zip(given, layer[:, :, 1:25]):
            torch.testing.assert_close(
                video, project_slowly(vit.patch_context, patches))


@torch.no_grad()
def test_the_video_feature_stays():
    with_patches, without = make([-1]), make([])
    without.load_state_dict(with_patches.state_dict())
    torch.testing.assert_close(with_patches(CLIPS)[0], without(CLIPS)[0])


def test_every_parameter_learns():
    vit = make([-1])
    feature, context = vit(CLIPS)
    context.square().sum().backward()
    unused = {n for n, p in vit.named_parameters() if p.grad is None}
    assert unused == {'proj', 'ln_post.weight', 'ln_post.bias'}


def test_temporal_models_still_make_references():
    """Only what is returned changes, not what the layers read."""
    options = dict(context_layers=[-1])
    plain = make_vit(**options)
    vit = make_vit(patch_context=PATCHES, **options)
    plain.load_state_dict(vit.state_dict(), strict=False)
    clips = torch.randn(2, 3, 4, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(vit(clips)[0], plain(clips)[0])
        assert vit(clips)[1].shape == (2, 1, 16, 24)


def test_the_head_reads_them():
    model = make_model(
        backbone=dict(patch_context=PATCHES),
        cls_head=dict(
            prompt_layers=[],
            detach_context=False,
            fusion=dict(type='VideoSpecificPrompts'))).eval()
    assert model.backbone.context_layers == [3]
    head, clips = model.cls_head, torch.randn(2, 3, 4, 32, 32)
    feature, context = model.backbone(clips)
    logits = head((feature, context))
    plain = make_head(prompt_layers=[])
    plain.load_state_dict(head.state_dict(), strict=False)
    text = head.fusion(plain.encode_text(), context[:, 0])
    cosine = F.cosine_similarity(feature[:, None], text, -1)
    torch.testing.assert_close(logits, head.logit_scale.exp() * cosine)
    assert logits.shape == (2, len(NAMES))
    logits.sum().backward()
    assert model.backbone.patch_context.proj.grad.abs().max() > 0


def test_initial_values():
    part = MODELS.build(dict(PATCHES, in_channels=100, channels=200))
    assert 0.98 < part.proj.std() < 1.02
    part = MODELS.build(
        dict(PATCHES, in_channels=100, channels=200, init_std=.1))
    assert 0.098 < part.proj.std() < 0.102
