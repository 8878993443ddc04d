"""Scales and scores, and the class texts that the head keeps for evaluation.
"""
import math

import pytest
import torch
import torch.nn.functional as F
from mmaction.structures import ActionDataSample
from mmengine.runner import load_checkpoint

from tests.cpu_half import FLOAT16
from tests.small import NAMES, make_head, save_clip, spy


@pytest.mark.parametrize('train_scale, test_scale', [(None, 100.), (14., None),
                                                     (14., 100.)])
def test_fixed_scales_stand_for_the_learned_one(train_scale, test_scale):
    head = make_head(
        prompt_layers=[], train_scale=train_scale, test_scale=test_scale)
    head.logit_scale.data.fill_(3.)
    x = torch.randn(2, 24)
    for mode, scale in ((True, train_scale), (False, test_scale)):
        video, text = head.train(mode).unit_features(x)
        torch.testing.assert_close(
            head(x), (scale or math.exp(3.)) * video @ text[0].T)


def test_the_learned_scale_may_start_elsewhere(tmp_path):
    save_clip(tmp_path / 'clip.pt')
    for options, wanted in ((dict(init_scale=50.), 50.), ({}, 1 / 0.07)):
        head = make_head(
            prompt_layers=[], pretrained=str(tmp_path / 'clip.pt'), **options)
        before = head.text_encoder.text_projection.clone()
        assert head.scale.item() == pytest.approx(wanted)
        head.init_weights()
        assert head.scale.item() == pytest.approx(wanted)
        assert head.text_encoder.text_projection.ne(before).any()
    with pytest.raises(ValueError, match='init_scale=0 must be above 0'):
        make_head(init_scale=0)


def test_a_bias_judges_each_class_by_itself():
    """The loss is the binary cross entropy of logits with the bias."""
    heads = [
        make_head(
            prompt_layers=[],
            multi_class=True,
            loss_cls=dict(type='BCELossWithLogits'),
            average_clips='score',
            **options) for options in ({}, dict(logit_bias=-2.))
    ]
    x = torch.randn(2, 24)
    plain, biased = (head(x) for head in heads)
    torch.testing.assert_close(biased, plain - 2)
    torch.testing.assert_close(biased.softmax(1), plain.softmax(1))
    labels = torch.tensor([[1., 0, 1], [0, 0, 0]])
    samples = [ActionDataSample().set_gt_label(label) for label in labels]
    loss = heads[1].loss(x, samples)['loss_cls']
    torch.testing.assert_close(
        loss, F.binary_cross_entropy_with_logits(plain - 2, labels))
    loss.backward()
    assert heads[1].logit_bias.grad is not None


def test_views_average_the_mean_probabilities_of_templates():
    templates = ['{}', 'a video of {}']
    head = make_head(
        prompt_layers=[],
        templates=templates,
        aggregate=dict(type='MeanOfProbabilities'),
        test_scale=100.)
    x = torch.randn(3, 24)  # three views of one video
    with torch.no_grad():
        text = F.normalize(head.encode_texts()[0], dim=-1)
        shares = [(100 * F.normalize(x, dim=-1) @ t.T).softmax(-1)
                  for t in text.split(len(NAMES))]
        sample, = head.predict(x, [ActionDataSample()])
    torch.testing.assert_close(sample.pred_score,
                               torch.stack(shares).mean((0, 1)))


@pytest.fixture
def watched(monkeypatch):
    """A head, its input, its logits, and the calls since they were made."""
    head = make_head(['running', 'jumping', 'sitting'])
    x = torch.randn(2, 24), torch.randn(2, 1, 5, 24)
    calls = spy(monkeypatch, head.text_encoder, 'trunk')
    with torch.no_grad():
        logits = head(x)
        assert head(x).equal(logits) and head.encode_text(x[1]) is not None
    assert len(calls) == 1
    calls.clear()
    return head, x, logits, calls


def test_stored_text_gives_the_numbers_of_fresh_text(watched):
    head, x, logits, calls = watched
    assert head(x).equal(logits)  # with gradients: not from the store
    assert len(calls) == 1


def test_text_is_not_stored_where_gradients_are_on(watched):
    head, x, _, calls = watched
    head.forget_text()
    for _ in range(2):
        head(x)
    assert len(calls) == 2 and head._text_cache is None


def test_text_is_not_stored_in_training(watched):
    head, x, _, calls = watched
    head.train()
    with torch.no_grad():
        head(x), head(x)
    assert len(calls) == 2 and head._text_cache is None


def change_names(head, path):
    head.set_classes(['one', 'two', 'three'])


def change_by_state_dict(head, path):
    state = head.state_dict()
    state['prompt_vectors'] = torch.randn_like(state['prompt_vectors'])
    head.load_state_dict(state)


def change_by_parent(head, path):
    parent = torch.nn.Sequential(head)
    parent.load_state_dict({k: v + 1 for k, v in parent.state_dict().items()})


def change_by_checkpoint(head, path):
    torch.save(
        dict(state_dict={
            k: v + 1
            for k, v in head.state_dict().items()
        }), path)
    load_checkpoint(head, str(path))


def change_by_training(head, path):
    head.train()
    with torch.no_grad():
        head.prompt_vectors.normal_()
    head.eval()


def change_by_init_weights(head, path):
    with torch.no_grad():
        head.text_encoder.token_embedding.weight.normal_()
    head.init_weights()


@pytest.mark.parametrize('change', [
    change_names, change_by_state_dict, change_by_parent, change_by_checkpoint,
    change_by_training, change_by_init_weights
])
def test_stored_text_is_dropped(watched, tmp_path, change):
    head, x, logits, calls = watched
    change(head, tmp_path / 'head.pth')
    with torch.no_grad():
        changed = head(x)
        assert len(calls) == 1
        assert (changed - logits).abs().max() > 1e-4
        assert head(x).equal(changed) and len(calls) == 1


@pytest.mark.parametrize('move', [
    lambda head: head.double(),
    lambda head: head.to(torch.float64),
    lambda head: torch.nn.Sequential(head).double(),
])
def test_stored_text_follows_the_dtype(watched, move):
    head, x, logits, calls = watched
    move(head)
    with torch.no_grad():
        moved = head([t.double() for t in x])
    assert moved.dtype == torch.float64 and len(calls) == 1
    torch.testing.assert_close(moved.float(), logits)


@pytest.mark.parametrize('dtype', [torch.bfloat16, FLOAT16])
def test_logits_and_loss_of_half_precision_are_float32(dtype):
    head = make_head(prompt_layers=[], init_scale=100.)
    x = torch.randn(2, 24)
    samples = [ActionDataSample().set_gt_label(i) for i in (2, 0)]
    wanted, losses = head(x), head.loss(x, samples)
    with torch.autocast('cpu', dtype):
        logits, half = head(x), head.loss(x, samples)
    assert logits.dtype == half['loss_cls'].dtype == torch.float32
    # cosines below 0.5 are rounded to 1/1024 by bfloat16
    torch.testing.assert_close(logits, wanted, rtol=0, atol=1.)
    torch.testing.assert_close(
        half['loss_cls'], losses['loss_cls'], rtol=0, atol=1.)
    assert head.double()(x.double()).dtype == torch.float64
