"""State dicts with the official keys of a system, small or without values."""
import json

import torch

from tests.small import DATA


def official_keys(case):
    """Returns the keys and shapes of the file of a case, ViT-B/16."""
    text = (DATA / f'oracle/{case}.json').read_text()
    return {key: shape for key, shape in json.loads(text)['parameters']}


def small_state(case):
    """Returns random tensors; widths are 64 times smaller."""
    return {
        key: torch.randn([max(n // 64, 1) for n in shape])
        for key, shape in official_keys(case).items()
    }


def assert_same(state, other):
    """Asserts that two state dicts are equal, bit by bit."""
    assert state.keys() == other.keys()
    for key, value in state.items():
        assert value.dtype == other[key].dtype and value.equal(other[key]), key
        # a view would be saved with its whole storage
        assert value.is_contiguous()


def tower_keys(ours):
    """Returns the part of a state dict of ours that is CLIP's."""
    new = ('backbone.injection', 'backbone.time', 'backbone.patch_context',
           'backbone.conv1.bias', 'cls_head.fusion', 'cls_head.prompt', 'neck')
    return {key for key in ours if not key.startswith(new)}
