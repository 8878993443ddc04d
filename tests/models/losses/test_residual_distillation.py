"""Residual distillation, against loops and the exact GELU."""
import math

import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS

from projects.tc_clip.models.losses.residual_distillation import (
    cosine_distance, make_projector, residual_feature)


def unit(*shape):
    return F.normalize(torch.randn(*shape).double(), dim=-1)


def slow_residual(projector, x, scale):
    """Computes x + scale * W2 GELU(W1 x) for one vector."""
    first, last = projector[0].weight, projector[2].weight
    hidden = first @ x
    gelu = torch.stack([
        0.5 * h * (1 + math.erf(float(h.detach()) / math.sqrt(2)))
        for h in hidden
    ])
    return x + scale * (last @ gelu)


def slow_loss(projector, student, teacher, scale, weight):
    """Computes weight * mean(1 - cosine) vector by vector."""
    total = 0.
    pairs = [*zip(student.flatten(0, 1), teacher.flatten(0, 1))]
    for x, t in pairs:
        residual = slow_residual(projector, x, scale)
        total += 1 - residual @ t / residual.norm() / t.norm()
    return weight * total / len(pairs)


@pytest.mark.parametrize('options', [{}, dict(scale=0.5, weight=3.)])
def test_losses_equal_loops(options):
    torch.manual_seed(0)
    loss = MODELS.build(
        dict(type='ResidualDistillation', channels=6, **options)).double()
    for p in loss.parameters():
        torch.nn.init.normal_(p)
    image, teacher_image = unit(2, 3, 6), unit(2, 3, 6)
    text, teacher_text = unit(1, 5, 6), unit(1, 5, 6)
    losses = loss(image, text, teacher_image, teacher_text)
    own = options.get('scale', 0.1), options.get('weight', 2.)
    torch.testing.assert_close(
        losses['loss_distill_image'],
        slow_loss(loss.image_projector, image, teacher_image, *own))
    torch.testing.assert_close(
        losses['loss_distill_text'],
        slow_loss(loss.text_projector, text, teacher_text, *own))


def test_the_projection_is_zero_at_the_start_and_learns():
    torch.manual_seed(0)
    projector, x = make_projector(64), unit(8, 64)
    assert projector(x.float()).eq(0).all()
    # Kaiming's normal distribution for 64 inputs
    std = float(projector[0].weight.std().detach())
    assert std == pytest.approx(math.sqrt(2 / 64), rel=0.05)
    assert all(layer.bias is None for layer in projector[::2])
    cosine_distance(x + projector.double()(x), unit(8, 64)).backward()
    assert projector[2].weight.grad.abs().max() > 0
    assert projector[0].weight.grad.eq(0).all()


def test_distance_is_zero_for_the_same_direction():
    x = torch.randn(3, 4, 6).double()
    assert cosine_distance(x, 3 * x).abs() < 1e-12
    torch.testing.assert_close(
        cosine_distance(x, -x),
        torch.tensor(2.).double())
    assert residual_feature(x, x, 0.1).equal(x + 0.1 * x)


def test_videos_are_not_compared_with_frames():
    with pytest.raises(ValueError, match=r"\(2, 6\), the teacher \(2, 3, 6\)"):
        cosine_distance(unit(2, 6), unit(2, 3, 6))
