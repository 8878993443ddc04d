"""Seed selections against slow versions, and what holds for all of them."""
import pytest
import torch
from mmaction.registry import MODELS

from projects.tc_clip.models import (ATSSelection, CLSAttentionSelection,
                                     KeyNormSelection, NoSelection,
                                     PatchSaliencySelection)
from projects.tc_clip.models.attention import AttentionCall, with_references
from projects.tc_clip.models.references.seed_selection import inverse_transform
from tests.cpu_half import FLOAT16
from tests.reference import selection as slow

B, T, H, P, M, D = 2, 3, 4, 12, 6, 8
SELECTIONS = [
    dict(type='CLSAttentionSelection'),
    dict(type='CLSAttentionSelection', per_head=True),
    dict(type='KeyNormSelection'),
    dict(type='KeyNormSelection', per_head=True),
    dict(type='KeyNormSelection', largest=False),
    dict(type='PatchSaliencySelection'),
    dict(type='ATSSelection'),
]
every_selection = pytest.mark.parametrize(
    'config', SELECTIONS, ids=lambda c: '-'.join(map(str, c.values())))


def make_inputs(batch=B, heads=H, sharpness=1., dtype=torch.float64):
    """Returns the attention of frames that read references, with a bias."""
    torch.manual_seed(0)
    query, key, value = torch.randn(
        3, batch, T, heads, 1 + P, D, dtype=torch.float64)
    references = torch.randn(2, batch, 1, heads, M, D).double()
    inputs = with_references(query * sharpness, key, value, tuple(references),
                             torch.randn(heads, 1, 2).double())
    return AttentionCall(*(x.to(dtype) for x in inputs))


def picks_of(pick, scores, count):
    """Picks in every frame by a slow rule: ``(B, T, count)``."""
    picked = [pick(frame, count) for frame in scores]
    return torch.tensor(picked).view(B, T, count)


def by_falling_score(scores, count):
    return slow.falling(scores)[:count]


@pytest.mark.parametrize('selection, formula', [
    (CLSAttentionSelection(), slow.cls_attention_slowly),
    (KeyNormSelection(), slow.key_norms_slowly),
])
@pytest.mark.parametrize('count', [1, 5, P])
def test_head_scores_equal_slow_version(selection, formula, count):
    inputs = make_inputs()
    expected = [formula(frame) for frame in slow.frames(inputs)]
    torch.testing.assert_close(
        selection.head_scores(inputs).flatten(0, 1),
        torch.tensor(expected).double())
    average = [slow.mean(scores) for scores in expected]
    torch.testing.assert_close(
        selection.score(inputs).flatten(0, 1),
        torch.tensor(average).double())
    assert selection(inputs,
                     count).equal(picks_of(by_falling_score, average, count))
    head_wise = type(selection)(per_head=True)
    assert head_wise(inputs, count).equal(
        picks_of(slow.pick_in_turn, expected, count))


def test_averaged_cls_attention_is_a_plain_top_k():
    inputs = make_inputs()
    logits = torch.einsum('bthd,bthkd->bthk', inputs.query[..., 0, :],
                          inputs.key) / D**0.5 + inputs.bias[:, 0]
    attention = logits.softmax(-1)[..., 1:P + 1].mean(2)
    assert CLSAttentionSelection()(inputs, 5).equal(attention.topk(5).indices)


@pytest.mark.parametrize('sharp', [False, True])
def test_saliency_equals_slow_version(sharp):
    inputs = make_inputs()
    expected = [slow.saliency_slowly(f, sharp) for f in slow.frames(inputs)]
    scores = PatchSaliencySelection(sharpen=sharp).score(inputs)
    torch.testing.assert_close(
        scores.flatten(0, 1),
        torch.tensor(expected).double())
    assert scores.amin() == 0 and scores.amax(-1).eq(1).all()
    if not sharp:
        assert PatchSaliencySelection()(inputs, 5).equal(
            picks_of(by_falling_score, expected, 5))


def test_sharp_saliency_hides_what_is_below_the_mean():
    inputs = make_inputs()
    plain = PatchSaliencySelection().score(inputs)
    hidden = PatchSaliencySelection(sharpen=True).score(inputs) == 0
    assert hidden.equal(plain <= plain.mean(-1, keepdim=True))


def test_a_frame_without_contrast_has_finite_saliency():
    inputs = AttentionCall(*torch.zeros(3, 1, 1, 2, 5, 4))
    for sharp in (False, True):
        scores = PatchSaliencySelection(sharpen=sharp).score(inputs)
        assert scores.isfinite().all()


@pytest.mark.parametrize('sharpness', [1., 4.])
@pytest.mark.parametrize('count', [2, 5, P])
def test_ats_equals_slow_version(sharpness, count):
    inputs = make_inputs(sharpness=sharpness)
    expected = [slow.ats_slowly(frame) for frame in slow.frames(inputs)]
    torch.testing.assert_close(ATSSelection().score(inputs).flatten(0, 1),
                               torch.tensor(expected).double())
    assert ATSSelection()(inputs, count).equal(
        picks_of(slow.pick_by_sampling, expected, count))


def test_ats_draws_high_scores_often_and_fills_up_with_others():
    scores = torch.tensor([[[.90, .04, .03, .02, .01]]])
    assert inverse_transform(scores, 4).tolist() == [[[0, 0, 1, 3]]]
    assert inverse_transform(scores, 1).tolist() == [[[0]]]
    even = torch.full((1, 1, 6), 1 / 6).double()
    assert inverse_transform(even, 5).unique().numel() == 5


@every_selection
@pytest.mark.parametrize('count', [1, 7])
def test_seeds_are_different_patches(config, count):
    index = MODELS.build(config)(make_inputs(sharpness=5.), count)
    assert index.shape == (B, T, count) and not index.dtype.is_floating_point
    ordered = index.sort(-1).values
    assert (ordered.diff(dim=-1) > 0).all()
    assert ordered.min() >= 0 and ordered.max() < P


@every_selection
def test_all_seeds_are_all_patches(config):
    inputs = make_inputs()
    every = NoSelection()(inputs, P)
    assert every.equal(torch.arange(P).expand(B, T, -1))
    assert MODELS.build(config)(inputs, P).sort(-1).values.equal(every)


@every_selection
def test_videos_of_a_batch_do_not_mix(config):
    inputs, selection = make_inputs(), MODELS.build(config)
    turned = AttentionCall(*(x.flip(0) for x in inputs[:3]), inputs.bias)
    assert selection(turned, 5).equal(selection(inputs, 5).flip(0))


@every_selection
def test_scores_can_weigh_seeds(config):
    scores = MODELS.build(config).score(make_inputs())
    assert scores.shape == (B, T, P) and scores.min() >= 0


@every_selection
@pytest.mark.parametrize('dtype', [FLOAT16, torch.bfloat16])
def test_half_precision_is_finite(config, dtype):
    # Sharp enough for attention weights that half precision rounds to zero.
    inputs = make_inputs(sharpness=20., dtype=dtype)
    selection = MODELS.build(config)
    assert selection.score(inputs).isfinite().all()
    index = selection(inputs, P)
    assert index.sort(-1).values.equal(torch.arange(P).expand(B, T, -1))


def test_one_head_is_its_own_average():
    inputs = make_inputs(heads=1)
    for cls in (CLSAttentionSelection, KeyNormSelection):
        assert cls(per_head=True)(inputs, 7).equal(cls()(inputs, 7))


def test_every_head_gives_its_best_patches():
    inputs = make_inputs()
    selection = KeyNormSelection(per_head=True)
    best = selection.head_scores(inputs).argmax(-1)
    index = selection(inputs, H)
    assert (best.unsqueeze(-1) == index.unsqueeze(2)).any(-1).all()


def test_shortest_keys_are_the_other_end():
    inputs = make_inputs()
    longest = KeyNormSelection()(inputs, P)
    norms = inputs.key[..., 1:P + 1, :].norm(dim=-1)
    shortest = KeyNormSelection(largest=False)
    torch.testing.assert_close(
        shortest.head_scores(inputs),
        norms.amax(-1, keepdim=True) - norms)
    assert shortest(make_inputs(heads=1),
                    P).equal(KeyNormSelection()(make_inputs(heads=1),
                                                P).flip(-1))
    assert longest[..., 0].equal(norms.mean(2).argmax(-1))


def test_no_selection_names_the_option_to_set():
    with pytest.raises(ValueError, match=r'all 12 patches.*seed_ratio=1\.0'):
        NoSelection()(make_inputs(), 11)


def test_no_gradient_passes_through_indices():
    leaves = torch.randn(3, 1, 2, 2, 5, 4, requires_grad=True)
    for config in SELECTIONS:
        index = MODELS.build(config)(AttentionCall(*leaves), 3)
        assert not index.requires_grad
