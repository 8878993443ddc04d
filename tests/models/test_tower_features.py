"""What the vision tower hands on."""
import torch

from projects.tc_clip.models.tower_features import (TowerFeatures,
                                                    mean_over_frames)


def test_frames_are_averaged_and_context_is_handed_on():
    frames, context = torch.randn(2, 4, 24), torch.randn(2, 1, 5, 24)
    pooled = mean_over_frames(TowerFeatures(frames, context))
    torch.testing.assert_close(pooled.feature, sum(frames.unbind(1)) / 4)
    assert pooled.context is context
    alone = mean_over_frames(TowerFeatures(frames[:, :1], context))
    assert alone.feature.equal(frames[:, 0])
