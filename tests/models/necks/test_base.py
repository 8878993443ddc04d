"""Necks pool frames and pass context tokens on."""
import pytest
import torch

from projects.tc_clip.models.necks.base import FramePool
from projects.tc_clip.models.tower_features import TowerFeatures


class LastFrame(FramePool):
    """Takes the last frame for the video."""

    def pool(self, frames):
        return frames[:, -1]


def test_a_neck_pools_frames_only():
    frames, context = torch.randn(2, 3, 4), torch.randn(2, 1, 5, 4)
    features, losses = LastFrame()((frames, context))
    assert isinstance(features, TowerFeatures) and losses == {}
    assert features.feature.equal(frames[:, 2])
    assert features.context is context


def test_a_subclass_says_how():
    with pytest.raises(NotImplementedError):
        FramePool()((torch.ones(1, 1, 1), torch.ones(1, 0, 0, 1)))
