"""Where further tokens enter a block: by default there are none."""
import torch

from projects.tc_clip.models.injections import TokenInjection
from tests.small import make_vit


def test_no_tokens_are_added():
    tokens = torch.randn(2, 3, 5, 8)
    assert TokenInjection().insert(tokens, layer=1) is tokens
    assert not TokenInjection().state_dict()


def test_the_vision_tower_adds_none_unless_it_is_told_to():
    names = {type(module) for module in make_vit().modules()}
    assert TokenInjection in names
