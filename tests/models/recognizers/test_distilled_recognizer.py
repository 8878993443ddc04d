"""A student beside a frozen CLIP."""
import copy

import pytest
import torch
import torch.nn.functional as F

from projects.tc_clip.models.losses.residual_distillation import \
    cosine_distance
from projects.tc_clip.models.text import text_encoder
from tests.models.heads.test_contrast import make_samples
from tests.small import (ARCH, build, make_model, model_config, save_clip,
                         score, spy)

NAMES = ['run: fast', 'sit', 'swim: in water']


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / 'clip.pt'
    save_clip(path, seed=1)
    return str(path)


WINDOW = dict(
    reference=dict(type='WindowExpansion'),
    local_global_bias=False,
    out='frames')
HEAD = dict(
    class_names=NAMES,
    templates='froster',
    similarity=dict(type='FrameLogits'),
    num_prompts=0,
    prompt_init=None,
    prompt_layers=[],
    full_stop='')


def make(clip, cls_head=None, **options):
    """Builds a small FROSTER with CLIP's weights."""
    config = model_config(
        backbone=dict(WINDOW, pretrained=clip),
        cls_head=dict(
            dict(HEAD, contrast=dict(type='DrawnTemplate')), **(cls_head
                                                                or {})),
        trainable=['.*'],
        **options)
    model = build(dict(config, type='DistilledRecognizer'))
    model.init_weights()
    return model


def inputs():
    """Returns two clips of four frames, with labels."""
    random = torch.Generator().manual_seed(3)
    clips = torch.randn(2, 1, 3, 4, 32, 32, generator=random)
    return clips, make_samples(2, 0)


def test_losses_are_those_of_the_features(clip):
    model = make(clip).train()
    with torch.no_grad():  # away from the teacher
        for p in model.parameters():
            p.add_(0.05 * torch.randn_like(p))
    model.cls_head.contrast.draw = lambda count: 9
    head, (clips, samples) = model.cls_head, inputs()
    losses = model.loss(clips, samples)
    chosen = torch.tensor([9, 28])[:, None] * 3 + torch.arange(3)

    def features(part):
        frames = part.backbone.encode_frames(clips[:, 0]).feature
        texts = part.cls_head.encode_texts(chosen.flatten())[0]
        texts = F.normalize(texts.unflatten(0, (2, 3)), dim=-1)
        return (F.normalize(frames, dim=-1), F.normalize(texts.sum(0), dim=-1))

    frames, text = features(model)
    logits = head.logit_scale.exp() * (frames @ text.T).mean(1)
    torch.testing.assert_close(losses['loss_cls'],
                               F.cross_entropy(logits, torch.tensor([2, 0])))
    teacher_frames, teacher_text = features(model.teacher)
    parts = model.distillation
    for name, x, target, project in [
        ('image', frames, teacher_frames, parts.image_projector),
        ('text', text, teacher_text, parts.text_projector)
    ]:
        wanted = 2 * cosine_distance(x + 0.1 * project(x), target)
        torch.testing.assert_close(losses[f'loss_distill_{name}'], wanted)
        assert wanted > 1e-3


def test_a_student_with_the_weights_of_clip_has_its_texts(clip):
    losses = make(clip).train().loss(*inputs())
    assert losses['loss_distill_text'].abs() < 1e-5
    # its frames see their neighbours, those of the teacher do not
    assert losses['loss_distill_image'] > 1e-5


def test_gradients_reach_student_and_projectors_only(clip):
    model = make(clip).train()
    sum(x for key, x in model.loss(*inputs()).items()
        if 'loss' in key).backward()
    assert all(p.grad is not None for p in model.parameters())
    teacher = [*model.teacher.parameters()]
    assert not any(p.requires_grad for p in teacher)
    assert not {*map(id, teacher)} & {*map(id, model.parameters())}


def test_texts_of_the_teacher_are_encoded_once(clip, monkeypatch):
    model = make(clip).train()
    blocks = spy(monkeypatch, text_encoder, 'last_text_block')
    for _ in range(3):
        model.loss(*inputs())
        model.eval().train()  # a validation
    counts = [sum(count for count, _ in args[1].runs) for args in blocks]
    # the student encodes two texts of each class in each step
    assert sorted(counts, reverse=True)[0] > 6 and len(counts) == 4


def test_the_teacher_follows_new_classes_and_the_dtype(clip):
    model = make(clip).train()
    model.loss(*inputs())
    model.set_classes(['a: b', 'c', 'd', 'e'])
    clips, samples = inputs()
    losses = model.double().loss(clips.double(), samples)
    assert losses['loss_distill_text'].dtype == torch.float64
    fresh = make(clip, dict(class_names=['a: b', 'c', 'd', 'e'])).double()
    for part in (model, fresh):
        part.cls_head.contrast.draw = lambda count: 0
    torch.testing.assert_close(
        model.encode_by_teacher(clips.double(), samples),
        fresh.encode_by_teacher(clips.double(), samples))


def test_checkpoints_have_no_teacher_unless_asked_for(clip):
    model, both = make(clip), make(clip, save_teacher=True)
    state = model.state_dict()
    assert not any('teacher' in key for key in state)
    assert {key
            for key in state if 'distillation' in key} == {
                f'distillation.{x}_projector.{i}.weight'
                for x in ('image', 'text')
                for i in (0, 2)
            }
    saved = both.state_dict()
    teacher = {k for k in saved if k.startswith('teacher.')}
    assert {*saved} - teacher == {*state}
    assert len(teacher) == len(model.teacher.state_dict())
    with pytest.raises(ValueError, match='weights are missing: teacher.'):
        both.load_state_dict(state)
    other = copy.deepcopy(saved)
    other['teacher.cls_head.logit_scale'] += 1
    both.load_state_dict(other)
    assert both.teacher.cls_head.logit_scale == other[
        'teacher.cls_head.logit_scale']
    both.train()
    assert both.training and not both.teacher.training
    torch.testing.assert_close(
        both.loss(*inputs())['loss_distill_image'],
        model.train().loss(*inputs())['loss_distill_image'])


def test_predictions_are_those_without_a_teacher(clip):
    model = make(clip).eval()
    torch.nn.init.normal_(model.distillation.image_projector[2].weight)
    plain = make_model(backbone=WINDOW, cls_head=HEAD).eval()
    plain.load_state_dict(
        {key: model.state_dict()[key]
         for key in plain.state_dict()})
    assert score(model).equal(score(plain))


def test_a_teacher_without_weights_is_refused(clip):
    with pytest.raises(ValueError, match='pretrained .* is None: set it'):
        make(None)


def test_heads_without_such_texts_are_refused(clip):
    prompts = dict(
        prompt_layers=[-1], num_prompts=4, prompt_init='a photo of a')
    with pytest.raises(ValueError, match=r'set prompt_layers=\[\] and fusion'):
        make(clip, prompts)
    config = dict(
        type='DistilledRecognizer',
        backbone=dict(type='TCCLIPViT', arch=ARCH),
        cls_head=dict(type='TimeSformerHead', num_classes=3, in_channels=24))
    with pytest.raises(ValueError, match="needs them, as type='TCCLIPHead'"):
        build(config)


def test_the_teacher_encodes_the_texts_that_videos_bring(clip):
    model = make(
        clip,
        cls_head=dict(
            templates=['{}'],
            contrast=dict(type='TextBags'),
            loss_cls=dict(type='BagNCE'))).train()
    clips, samples = inputs()
    bags = [['swim. dive', 'swim'], ['run. jog', 'run']]
    for sample, bag in zip(samples, bags):
        sample.set_metainfo(dict(text_bag=bag))
    features, _ = model.extract_feat(clips, data_samples=samples)
    compared = model.cls_head.encode_batch(features, samples)
    _, text = model.encode_by_teacher(clips, samples, compared.texts,
                                      compared.tokens)
    assert text.shape == (1, 4, 24)
    # both start from one CLIP
    torch.testing.assert_close(text, compared.text)
    assert model.loss(clips, samples)['loss_distill_text'].abs() < 1e-5
