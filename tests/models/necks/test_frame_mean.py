"""The mean over frames as a neck of MMAction2."""
import torch
from mmaction.registry import MODELS

from projects.tc_clip.models.tower_features import TowerFeatures


def test_frames_are_averaged_and_context_is_handed_on():
    frames, context = torch.randn(2, 4, 24), torch.randn(2, 1, 5, 24)
    neck = MODELS.build(dict(type='FrameMean'))
    for given in ((frames, context), TowerFeatures(frames, context)):
        (feature, same), losses = neck(given, data_samples=[])
        torch.testing.assert_close(feature, sum(frames.unbind(1)) / 4)
        assert same is context and losses == {}
