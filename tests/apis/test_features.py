"""Features of videos: what they are, and that they are those of a test."""
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmaction.structures import ActionDataSample
from torch import nn

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.apis.features import (batch_features, extract_features,
                                            feature_names)
from projects.tc_clip.datasets import BrokenVideoError
from projects.tc_clip.files import write_mp4
from tests.system_configs import COMPARED, system_config

WIDTH, FRAMES, TOKENS = 64, 8, 32
SEES_NO_VIDEO = dict(prompt_layers=[])
# reference, head, context tokens (P, k)
VARIANTS = {
    'tc-clip': (dict(type='ContextTokens',
                     num_tokens=TOKENS), {}, (1, TOKENS)),
    'two prompt layers':
    (dict(type='HeadWiseContext',
          num_tokens=TOKENS), dict(prompt_layers=[1, 2]), (2, TOKENS)),
    'frames in prompts': (dict(type='FrameWise'), {}, (1, FRAMES)),
    'fusion': (dict(type='ContextTokens', num_tokens=TOKENS),
               dict(prompt_layers=[],
                    fusion=dict(type='VisionTextFusion')), (1, TOKENS)),
    'vifi-clip': (dict(type='FrameWise'), SEES_NO_VIDEO, (0, 0)),
    'joint': (dict(type='JointSpaceTime'), SEES_NO_VIDEO, (0, 0)),
}
STOCK = {
    'Recognizer3D':
    dict(
        type='ResNet3d',
        depth=18,
        base_channels=4,
        pretrained=None,
        pretrained2d=False,
        norm_cfg=dict(type='BN3d')),
    'Recognizer2D':
    dict(type='ResNet', depth=18, pretrained=None, norm_cfg=dict(type='BN')),
}


def make_inferencer(config, **options):
    """Returns a model with random weights, none of them zero."""
    inferencer = TCCLIPInferencer(config, device='cpu', **options)
    torch.manual_seed(0)
    for p in inferencer.model.parameters():
        nn.init.normal_(p, std=0.2)
    inferencer.model.cls_head.forget_text()
    nn.init.constant_(inferencer.model.cls_head.logit_scale, 2.)
    return inferencer


@pytest.fixture
def make(tiny_config):
    """Makes models of our tower by name."""

    def make(name, **options):
        reference, head, _ = VARIANTS[name]
        context = reference['type'] in ('ContextTokens', 'HeadWiseContext')
        backbone = tiny_config.model.backbone
        backbone.reference, backbone.local_global_bias = reference, context
        tiny_config.model.cls_head.update(head)
        return make_inferencer(tiny_config, **options)

    return make


@pytest.fixture
def make_stock(tiny_config):
    """Makes recognizers with a stock backbone under TCCLIPHead."""

    def make(name):
        model = tiny_config.model
        channels = 32 if name == 'Recognizer3D' else 512
        arch = model.backbone.arch
        model.type, model.backbone = name, STOCK[name]
        model.cls_head.update(
            arch=arch, prompt_layers=[], in_channels=channels)
        if name == 'Recognizer2D':
            model.data_preprocessor.format_shape = 'NCHW'
            steps = tiny_config.val_dataloader.dataset.pipeline
            steps[-2].input_format = 'NCHW'
        return make_inferencer(tiny_config)

    return make


@pytest.fixture
def other_video(tmp_path):
    """Frames of noise alone."""
    frames = np.random.default_rng(1).integers(0, 255, (12, 64, 64, 3))
    path = tmp_path / 'other.mp4'
    write_mp4(path, frames.astype(np.uint8), 10)
    return str(path)


def score(inferencer, video):
    """Returns the logits of each view, as a test computes them ``(V, C)``."""
    batch = inferencer.collate_fn([inferencer.pipeline(str(video))])
    return inferencer.forward(batch)[0].pred_score


def cosines(inferencer, found):
    """Returns cosines of video and texts times the scale."""
    scale = inferencer.model.cls_head.logit_scale.detach().exp()
    return scale * found.text @ found.video


@pytest.mark.parametrize('name', VARIANTS)
def test_cosines_are_the_logits_of_a_test(make, own_video, name):
    inferencer = make(name)
    found = extract_features(inferencer, own_video)
    logits = score(inferencer, own_video)[0]
    assert logits.std() > 1e-3
    torch.testing.assert_close(found.logits, logits)
    torch.testing.assert_close(
        cosines(inferencer, found), logits, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize('name', VARIANTS)
def test_shapes_and_lengths(make, own_video, name):
    inferencer = make(name)
    found = extract_features(inferencer, own_video)
    assert found.frames.shape == (FRAMES, WIDTH)
    assert found.context.shape == (*VARIANTS[name][2], WIDTH)
    assert found.text.shape == (4, WIDTH) and found.logits.shape == (4, )
    torch.testing.assert_close(found.video.norm(), torch.tensor(1.))
    torch.testing.assert_close(found.text.norm(dim=1), torch.ones(4))
    torch.testing.assert_close(
        F.normalize(found.frames.mean(0), dim=0), found.video)
    given = feature_names(inferencer.model)
    assert given == [n for n in found._fields if getattr(found, n).numel()]


@pytest.mark.parametrize('name', VARIANTS)
def test_texts_differ_where_they_see_the_video(make, own_video, other_video,
                                               name):
    inferencer = make(name)
    one, two = (
        extract_features(inferencer, v) for v in (own_video, other_video))
    assert not one.video.allclose(two.video, atol=1e-3)
    sees = VARIANTS[name][1] != SEES_NO_VIDEO
    assert one.text.allclose(two.text, atol=1e-6) is not sees


def test_context_is_what_prompts_read(make, own_video):
    inferencer = make('tc-clip')
    found = extract_features(inferencer, own_video)
    with torch.no_grad():
        text = inferencer.model.cls_head.encode_text(found.context[None])[0]
    torch.testing.assert_close(F.normalize(text, dim=-1), found.text)


@pytest.mark.parametrize('name', ['tc-clip', 'vifi-clip'])
def test_views_are_averaged_as_unit_vectors(make, own_video, name):
    inferencer = make(name, test_views=True)
    found = extract_features(inferencer, own_video)
    logits = score(inferencer, own_video)
    assert logits.shape == (12, 4)
    torch.testing.assert_close(found.logits, logits.mean(0))
    clip = inferencer.pipeline(own_video)
    views = [
        batch_features(inferencer, [dict(clip, inputs=view[None])])[0]
        for view in clip['inputs']
    ]
    for key in ('video', 'text'):
        mean = torch.stack([getattr(view, key) for view in views]).mean(0)
        torch.testing.assert_close(
            getattr(found, key),
            F.normalize(mean, dim=-1),
            atol=1e-5,
            rtol=1e-5)
    torch.testing.assert_close(found.frames, views[0].frames)
    torch.testing.assert_close(found.context, views[0].context)


def test_batches_and_views_at_a_time_change_nothing(make, own_video,
                                                    other_video):
    inferencer = make('vifi-clip', test_views=True)
    clips = [inferencer.pipeline(v) for v in (own_video, other_video)]
    together = batch_features(inferencer, clips)
    inferencer.model.test_cfg = dict(max_testing_views=5)
    again = batch_features(inferencer, clips)
    for clip, *found in zip(clips, together, again):
        alone = batch_features(inferencer, [clip])[0]
        for other in found:
            for a, b in zip(other, alone):
                torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize('name', STOCK)
def test_stock_backbones_have_no_frames_and_no_context(make_stock, own_video,
                                                       name):
    inferencer = make_stock(name)
    found = extract_features(inferencer, own_video)
    assert found.video.shape == (WIDTH, )
    assert found.frames.shape == (0, WIDTH)
    assert found.context.shape == (0, 0, WIDTH)
    assert feature_names(inferencer.model) == ['video', 'text', 'logits']
    logits = score(inferencer, own_video).mean(0)
    assert logits.std() > 1e-3
    torch.testing.assert_close(found.logits, logits)
    torch.testing.assert_close(
        cosines(inferencer, found), logits, atol=1e-4, rtol=1e-4)


def test_features_hold_no_gradient(make, own_video):
    found = extract_features(make('tc-clip'), own_video)
    assert not any(part.requires_grad for part in found)
    assert {part.dtype for part in found} == {torch.float32}


def test_heads_without_class_texts_are_refused():
    with pytest.raises(ValueError, match='SimpleNamespace gives no features'):
        feature_names(SimpleNamespace(cls_head=SimpleNamespace()))


def test_broken_videos_are_named(make, tmp_path):
    path = tmp_path / 'broken.mp4'
    path.write_bytes(b'no video')
    with pytest.raises(BrokenVideoError, match='broken.mp4 cannot be read'):
        extract_features(make('vifi-clip'), path)


@pytest.mark.parametrize('system', COMPARED)
def test_features_of_other_systems(own_video, system):
    inferencer = make_inferencer(system_config(system))
    model = inferencer.model
    found = extract_features(inferencer, own_video)
    torch.testing.assert_close(found.logits, score(inferencer, own_video)[0])
    assert found.frames.shape == (FRAMES, WIDTH)
    assert found.text.shape == (4, WIDTH)
    with torch.no_grad():
        # a neck's input, without one the mean is the video
        video = found.frames.mean(0)
        if model.with_neck:
            video = model.neck((found.frames[None], None))[0].feature[0]
        torch.testing.assert_close(F.normalize(video, dim=0), found.video)
        context = found.context[None] if system == 'X-CLIP' else None
        text = F.normalize(model.cls_head.encode_text(context)[0], dim=-1)
    if system == 'ActionCLIP':  # 16 texts of each class
        text = F.normalize(text.unflatten(0, (16, 4)).mean(0), dim=-1)
    else:
        torch.testing.assert_close(
            torch.as_tensor(model.cls_head.scale).item() *
            found.text @ found.video,
            found.logits,
            atol=1e-4,
            rtol=1e-4)
    torch.testing.assert_close(text, found.text)
    given = feature_names(model)
    assert given == [n for n in found._fields if getattr(found, n).numel()]


def test_scale_is_that_of_the_head(own_video):
    inferencer = make_inferencer(system_config('A5'))
    nn.init.constant_(inferencer.model.cls_head.logit_scale, 0.)
    found = extract_features(inferencer, own_video)
    torch.testing.assert_close(
        found.text @ found.video / 0.07, found.logits, atol=1e-4, rtol=1e-4)


def test_descriptors_are_averaged_to_one_text_of_a_class(tiny_config):
    model = tiny_config.model
    model.backbone.update(local_global_bias=False, out='frames')
    model.backbone.reference = dict(type='FrameWise')
    names = model.cls_head.class_names
    model.cls_head.update(
        templates='ost',
        descriptors=dict(
            spatial=[[f'thing {i}', f'place {i}'] for i in range(len(names))],
            temporal=[[f'start {i}', f'end {i}'] for i in range(len(names))]),
        aggregate=dict(type='EveryWording'),
        similarity=dict(type='OptimalTransport'),
        prompt_layers=[])
    inferencer = make_inferencer(tiny_config)
    clip = dict(
        inputs=torch.randint(256, (2, 3, FRAMES, 32, 32), dtype=torch.uint8),
        data_samples=ActionDataSample())
    features, = batch_features(inferencer, [clip])
    head = inferencer.model.cls_head
    with torch.no_grad():
        # (S, C, E)
        texts = F.normalize(head.encode_text()[0], dim=-1)
    torch.testing.assert_close(features.text,
                               F.normalize(texts.mean(0), dim=-1))
    assert features.logits.shape == (len(names), )
    # frames are compared: the video is the mean of unit frames, of each view
    with torch.no_grad():
        pixels = inferencer.model.data_preprocessor(
            inferencer.collate_fn([clip]), False)['inputs'][0]
        frames = F.normalize(inferencer.model.backbone(pixels)[0], dim=-1)
    views = F.normalize(frames.mean(1), dim=-1)
    torch.testing.assert_close(features.video,
                               F.normalize(views.mean(0), dim=-1))
