"""Transport of frames to descriptors; the official numbers are in
tests/models/test_official_bags.py."""
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from projects.tc_clip.models.heads.optimal_transport import transport_plan
from tests.exported_models import needs_torch
from tests.small import ARCH, make_model

DESCRIPTORS = dict(
    spatial=[['shoes', 'track'], ['chair', 'desk'], ['pool', 'water']],
    temporal=[['start', 'stop'], ['bend', 'rest'], ['jump', 'dive']])
OPTIONS = dict(
    templates='ost',
    descriptors=DESCRIPTORS,
    aggregate=dict(type='EveryWording'),
    similarity=dict(type='OptimalTransport'),
    num_prompts=0,
    prompt_init=None,
    prompt_layers=[],
    full_stop='')


def similarities(seed=0, *shape):
    """Returns random cosines ``(B, C, T, N)``, float64."""
    generator = torch.Generator().manual_seed(seed)
    shape = shape or (3, 4, 6, 5)
    return 2 * torch.rand(shape, generator=generator).double() - 1


def slow_plan(similarity, stop='batch', tolerance=0.01, max_steps=100):
    """The solver as its formula, without logarithms."""
    kernel = torch.exp(-(1 - similarity) / 0.1)
    frames, descriptors = kernel.shape[-2:]
    r = torch.ones_like(kernel[..., 0])
    c = torch.ones_like(kernel[..., 0, :])
    for _ in range(max_steps):
        before = r
        r = (1 / frames) / torch.einsum('bctn,bcn->bct', kernel, c)
        c = (1 / descriptors) / torch.einsum('bctn,bct->bcn', kernel, r)
        if (r - before).abs().mean() < tolerance:
            break
    return r[..., None] * kernel * c[..., None, :]


def test_plan_is_that_of_the_formula():
    similarity = similarities()
    torch.testing.assert_close(
        transport_plan(similarity), slow_plan(similarity))
    for steps in (1, 2, 7):
        torch.testing.assert_close(
            transport_plan(similarity, tolerance=0, max_steps=steps),
            slow_plan(similarity, tolerance=0, max_steps=steps))


def test_sums_of_the_plan():
    plan = transport_plan(similarities(), tolerance=1e-12, max_steps=5000)
    torch.testing.assert_close(
        plan.sum(-2),
        torch.full((3, 4, 5), 1 / 5).double())
    torch.testing.assert_close(
        plan.sum(-1),
        torch.full((3, 4, 6), 1 / 6).double())
    # columns are exact after every step
    early = transport_plan(similarities(), max_steps=2)
    torch.testing.assert_close(early.sum(-2), plan.sum(-2))
    assert (early.sum(-1) - 1 / 6).abs().max() > 1e-3


def test_a_video_may_be_scored_apart_from_its_batch():
    similarity = similarities()
    similarity[0] = 0.9 + 0.01 * similarity[0]  # converges at once
    alone = torch.cat([transport_plan(video[None]) for video in similarity])
    together = transport_plan(similarity, stop='video')
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-15)
    assert not transport_plan(similarity).allclose(alone, atol=1e-6)


def test_equal_similarities_share_all_equally():
    plan = transport_plan(torch.full((1, 2, 3, 4), 0.3))
    torch.testing.assert_close(plan, torch.full((1, 2, 3, 4), 1 / 12))


@pytest.mark.parametrize('dtype, atol', [(torch.float32, 1e-6),
                                         (torch.float16, 3e-3),
                                         (torch.bfloat16, 3e-2)])
def test_narrow_numbers_are_solved_in_float32(dtype, atol):
    similarity = similarities()
    similarity[..., 0] = -1  # K is exp(-20), 0 in float16
    plan = transport_plan(similarity.to(dtype))
    assert plan.dtype == torch.float32 and plan.isfinite().all()
    torch.testing.assert_close(
        plan, slow_plan(similarity).float(), rtol=0, atol=atol)


@pytest.mark.parametrize('value', [torch.nan, torch.inf])
def test_what_is_not_finite_is_an_error(value):
    similarity = similarities()
    similarity[1, 2, 3, 4] = value
    with pytest.raises(ValueError, match='not finite: a feature or a weight'):
        transport_plan(similarity)


def test_scores_are_means_over_kinds_and_the_plan_is_fixed():
    frames = F.normalize(similarities(1, 2, 6, 8), dim=-1).requires_grad_()
    texts = F.normalize(similarities(2, 1, 4, 3, 8), dim=-1)
    scores = MODELS.build(dict(type='OptimalTransport'))(frames, texts)
    wanted = torch.zeros(2, 3).double()
    for kind in (texts[0, :2], texts[0, 2:]):
        similarity = torch.stack([
            torch.stack([frame @ kind[:, c].T for c in range(3)])
            for frame in frames
        ])
        plan = slow_plan(similarity.detach())
        for b in range(2):
            for c in range(3):
                pooled = frames[b].mean(0) @ kind[:, c].mean(0)
                wanted[b, c] += (
                    (plan[b, c] * similarity[b, c]).sum() + pooled) / 2
    torch.testing.assert_close(scores, wanted)
    given, = torch.autograd.grad(scores.square().sum(), frames)
    slow, = torch.autograd.grad(wanted.square().sum(), frames)
    torch.testing.assert_close(given, slow)


def test_videos_may_have_their_own_texts():
    frames = F.normalize(similarities(1, 2, 6, 8), dim=-1)
    texts = F.normalize(similarities(2, 2, 4, 3, 8), dim=-1)
    transport = MODELS.build(dict(type='OptimalTransport', stop='video'))
    torch.testing.assert_close(
        transport(frames, texts),
        torch.cat(
            [transport(frames[i:i + 1], texts[i:i + 1]) for i in range(2)]))


@pytest.mark.parametrize('options, message', [
    (dict(stop='class'), r"stop='class' is not one of \('batch', 'video'\)"),
    (dict(num_kinds=0), 'num_kinds=0 and max_steps=100 must be 1 or more'),
    (dict(epsilon=0.), 'epsilon=0.0 above 0'),
])
def test_options_without_meaning(options, message):
    with pytest.raises(ValueError, match=message):
        MODELS.build(dict(type='OptimalTransport', **options))


def test_wrong_shapes_say_what_to_set():
    transport = MODELS.build(dict(type='OptimalTransport'))
    with pytest.raises(ValueError, match=r"\(2, 8\) .*: set out='frames'"):
        transport(torch.rand(2, 8), torch.rand(1, 4, 3, 8))
    with pytest.raises(ValueError, match="aggregate=dict.type='EveryWording'"):
        transport(torch.rand(2, 6, 8), torch.rand(1, 3, 8))
    with pytest.raises(ValueError, match='The 3 texts .* num_kinds=2 kinds'):
        transport(torch.rand(2, 6, 8), torch.rand(1, 3, 3, 8))


@torch.no_grad()
def test_a_model_scores_frames_by_stored_descriptors():
    model = make_model(
        backbone=dict(
            arch=ARCH,
            reference=dict(type='FrameWise'),
            local_global_bias=False,
            out='frames'),
        cls_head=dict(OPTIONS, average_clips='score')).double().eval()
    clips = torch.randn(2, 1, 3, 4, 32, 32).double()
    frames = F.normalize(model.backbone(clips[:, 0]).feature, dim=-1)
    head = model.cls_head
    texts = F.normalize(head.encode_texts(), dim=-1).unflatten(1, (4, 3))
    wanted = head.similarity(frames, texts) * head.logit_scale.exp()
    samples = [ActionDataSample() for _ in range(2)]
    stored = head._text_cache
    scores = [s.pred_score for s in model.predict(clips, samples)]
    torch.testing.assert_close(torch.stack(scores), wanted)
    assert stored is not None and head._text_cache is stored


def test_half_precision_has_nearly_the_scores_of_full():
    frames = F.normalize(similarities(1, 2, 6, 8), dim=-1).float()
    texts = F.normalize(similarities(2, 1, 4, 3, 8), dim=-1).float()
    transport = MODELS.build(dict(type='OptimalTransport'))
    with torch.autocast('cpu', torch.bfloat16):
        given = transport(frames, texts)
    assert given.dtype == torch.float32
    torch.testing.assert_close(
        given, transport(frames, texts), rtol=0, atol=0.02)


@needs_torch
@pytest.mark.parametrize('stop', ['batch', 'video'])
def test_an_exported_graph_has_the_same_scores(stop):
    """The example that it is traced with needs other numbers of steps."""
    transport = MODELS.build(
        dict(type='OptimalTransport', stop=stop, max_steps=8))
    texts = F.normalize(similarities(2, 1, 4, 3, 8), dim=-1)
    alike = torch.ones(2, 6, 8).double() / 8**0.5
    program = torch.export.export(transport, (alike, texts)).module()
    frames = F.normalize(similarities(1, 2, 6, 8), dim=-1)
    torch.testing.assert_close(
        program(frames, texts), transport(frames, texts))


def test_descriptors_take_no_wordings():
    model = make_model(
        backbone=dict(
            arch=ARCH, reference=dict(type='FrameWise'), out='frames'),
        cls_head=OPTIONS)
    with pytest.raises(ValueError, match='1 wordings beside descriptors'):
        model.set_classes(['up', 'down', 'left'], ['{} here'], DESCRIPTORS)
    assert model.cls_head.class_names != ['up', 'down', 'left']
