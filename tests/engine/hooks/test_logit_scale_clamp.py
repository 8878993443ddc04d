"""The limit of the learned temperature."""
import math
from types import SimpleNamespace

import pytest
import torch
from mmaction.registry import HOOKS

from tests.small import make_model


def test_larger_scales_are_lowered_and_others_stay():
    model = make_model()
    runner = SimpleNamespace(model=model)
    hook = HOOKS.build(dict(type='LogitScaleClampHook', max_scale=1000.))
    hook.before_train(runner)
    scale = model.cls_head.logit_scale
    for start, wanted in ((math.log(50), math.log(50)), (8., math.log(1000))):
        with torch.no_grad():
            scale.fill_(start)
        hook.after_train_iter(runner, 0)
        assert scale.item() == pytest.approx(wanted)
    assert scale.requires_grad and scale is model.cls_head.logit_scale


def test_a_head_without_scale_is_refused():
    head = torch.nn.Identity()
    runner = SimpleNamespace(model=SimpleNamespace(cls_head=head))
    hook = HOOKS.build(dict(type='LogitScaleClampHook'))
    with pytest.raises(ValueError, match='Identity has none: remove the hook'):
        hook.before_train(runner)


def test_the_limit_is_above_zero():
    with pytest.raises(ValueError, match='max_scale=0 must be above 0'):
        HOOKS.build(dict(type='LogitScaleClampHook', max_scale=0))
