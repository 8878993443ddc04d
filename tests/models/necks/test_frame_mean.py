"""The mean over frames, as the backbone and as a neck take it."""
import torch
from mmaction.registry import MODELS

from projects.tc_clip.models.tower_features import (TowerFeatures,
                                                    mean_over_frames)


def test_frames_are_averaged_and_context_is_handed_on():
    frames, context = torch.randn(2, 4, 24), torch.randn(2, 1, 5, 24)
    neck = MODELS.build(dict(type='FrameMean'))
    for given in ((frames, context), TowerFeatures(frames, context)):
        (feature, same), losses = neck(given, data_samples=[])
        torch.testing.assert_close(feature, sum(frames.unbind(1)) / 4)
        assert same is context and losses == {}
    alone = mean_over_frames(TowerFeatures(frames[:, :1], context))
    assert alone.feature.equal(frames[:, 0]) and alone.context is context
