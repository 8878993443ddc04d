"""OpenAI's layout, which open_clip shares."""
import open_clip
import pytest
import torch

from projects.tc_clip.clip import layouts
from tests.clip.layouts.test_tc_clip import our_keys
from tests.small import TINY_ARCH, changed


@pytest.fixture
def clip():
    torch.manual_seed(0)
    arch = changed(TINY_ARCH, text=dict(context_length=7), quick_gelu=True)
    return open_clip.CLIP(**arch)


def test_openai(clip):
    ours, leftovers = layouts.OPENAI.read(clip.state_dict())
    assert ours.keys() == our_keys(2, False) | {layouts.TOKEN_EMBEDDING}
    assert leftovers == {}
    assert torch.equal(ours['backbone.proj'], clip.visual.proj)
    with pytest.raises(ValueError) as error:
        layouts.OPENAI.read({
            'logit_scale': torch.ones(()),
            'logit_bias': torch.ones(1)
        })
    assert str(error.value) == 'Keys unknown to the openai layout: logit_bias'
