"""The model of a runner, wrapped or not."""
from types import SimpleNamespace

from mmengine.model import MMDistributedDataParallel
from torch import nn

from projects.tc_clip.engine.recognizer import recognizer_of


def test_a_wrapper_is_taken_off():
    model = nn.Linear(1, 1)
    assert recognizer_of(SimpleNamespace(model=model)) is model
    # as it is after its setup, which needs several processes
    wrapper = MMDistributedDataParallel.__new__(MMDistributedDataParallel)
    nn.Module.__init__(wrapper)
    wrapper.module = model
    assert recognizer_of(SimpleNamespace(model=wrapper)) is model
