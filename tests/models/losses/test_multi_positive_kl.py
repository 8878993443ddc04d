"""The loss over pairs of one class, against loops."""
import math

import pytest
import torch
from mmaction.registry import MODELS


def make(**options):
    return MODELS.build(dict(type='MultiPositiveKL', **options))


def slow_loss(logits, same, temperature, weight):
    """Computes the loss entry by entry."""
    size, total = len(logits), 0.
    for z, g in ((logits, same), (logits.T, same.T)):
        for i in range(size):
            target = [math.exp(temperature * v) for v in g[i].tolist()]
            target = [v / sum(target) for v in target]
            log_share = z[i] - z[i].exp().sum().log()
            for j in range(size):
                entry = target[j] * (math.log(target[j]) - log_share[j])
                total = total + entry / size**2  # the mean of all pairs
    return weight * total * size


@pytest.mark.parametrize('options', [
    {},
    dict(weight=1.),
    dict(temperature=2.),
])
def test_loss_and_gradient_equal_loops(options):
    torch.manual_seed(0)
    labels = torch.tensor([1, 4, 1, 0, 1])
    same = (labels[:, None] == labels).double()
    logits = (3 * torch.randn(5, 5).double()).requires_grad_()
    loss = make(**options)(logits, same)
    wanted = slow_loss(logits, same, options.get('temperature', 10.),
                       options.get('weight', 0.5))
    torch.testing.assert_close(loss, wanted)
    torch.testing.assert_close(*(torch.autograd.grad(value, logits)[0]
                                 for value in (loss, wanted)))


def test_logits_with_the_shares_of_the_target_have_no_loss():
    same = torch.eye(3) + torch.eye(3).roll(1, 1)
    assert make()(10 * same, same).abs() < 1e-6


def test_labels_of_classes_are_refused():
    with pytest.raises(
            ValueError,
            match=r"each of the \(2, 3\) pairs .* not labels \(2,\): set cont"
    ):
        make()(torch.randn(2, 3), torch.tensor([0, 1]))
