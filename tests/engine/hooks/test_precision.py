"""Tests in half precision, by MMEngine's test loop."""
from types import SimpleNamespace

import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.runner import autocast
from torch import nn

from projects.tc_clip.engine import PrecisionHook


class Model(nn.Module):
    """Matrix products behind a head."""

    def __init__(self):
        super().__init__()
        self.cls_head = nn.Linear(8, 4)

    def forward(self, x):
        return self.cls_head(x)


def runner_of(model):
    return SimpleNamespace(model=model, logger=MMLogger('precision'))


def test_a_test_is_in_the_precision_and_what_follows_is_not():
    model, x = Model(), torch.rand(2, 8)
    hook, wanted = PrecisionHook('bfloat16'), model(x)
    for _ in range(2):  # a protocol tests several lists
        hook.before_test(runner_of(model))
        with autocast(enabled=False):  # as TestLoop does
            scores = model(x)
        hook.after_test(runner_of(model))
        assert scores.dtype == torch.float32
        assert scores.ne(wanted).any()
        torch.testing.assert_close(scores, wanted, rtol=0, atol=0.02)
    assert model(x).equal(wanted)


def test_the_device_must_have_a_use_for_it():
    with pytest.raises(ValueError, match="dtype='float16' on a CPU"):
        PrecisionHook('float16').before_test(runner_of(Model()))
