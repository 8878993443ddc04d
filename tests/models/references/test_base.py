"""The model without references, and what a temporal model has to say."""
import pytest
import torch

from projects.tc_clip.models.references.base import FrameWise, ReferenceTokens


def test_frames_read_themselves_alone():
    qkv = torch.randn(3, 2, 4, 2, 5, 8)
    reference = FrameWise()
    call = reference.join(*qkv, context=None, bias=None)
    assert all(map(torch.equal, call[:3], qkv)) and call.bias is None
    assert not any(reference.has_references(layer) for layer in (1, 2, 12))
    assert reference(torch.randn(2, 4, 5, 16), call) is None
    assert not reference.state_dict()


def test_a_temporal_model_has_to_say_what_frames_read():
    reference = ReferenceTokens()
    with pytest.raises(NotImplementedError):
        reference.has_references(1)
    with pytest.raises(NotImplementedError):
        reference.join(*torch.randn(3, 1, 1, 1, 2, 4), None, None)
