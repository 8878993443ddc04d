"""Prompts that stay behind the patches, and are replaced in first layers."""
import pytest
import torch

from projects.tc_clip.models.injections import DeepVisualPrompts, TowerShape
from tests.reference import blocks

CLIPS = torch.randn(2, 3, 2, 32, 48, dtype=torch.float64)
SHAPE = TowerShape(
    width=32, depth=3, heads=2, num_frames=2, patch_values=3 * 8 * 8)


@torch.no_grad()
@pytest.mark.parametrize('depth', [1, 2, 3])
def test_frames_equal_a_loop_over_layers(depth):
    vit = blocks.frame_wise_tower(
        dict(type='DeepVisualPrompts', num_prompts=5, depth=depth),
        context_layers=[2, 3])
    frames, context = vit(CLIPS)
    for video, features, (second,
                          last) in zip(vit.embed(CLIPS), frames, context):
        for t, x in enumerate(video):
            behind = torch.zeros(0, 32)
            for i, block in enumerate(vit.transformer.resblocks):
                if i < depth:
                    behind = vit.injection.prompts[i]
                y = torch.cat((x, behind))
                y = blocks.feed_forward(block, blocks.attend(block, y, 2))
                x, behind = y[:len(x)], y[len(x):]
                if i == 1:
                    torch.testing.assert_close(second[t], vit.project(x[0]))
            torch.testing.assert_close(features[t], vit.project(x[0]))
            torch.testing.assert_close(last[t], features[t])


def test_initial_values_and_ranges():
    prompts = DeepVisualPrompts(SHAPE, num_prompts=400, depth=2).prompts
    assert prompts.shape == (2, 400, 32)
    assert 0.019 < prompts.std() < 0.021
    for options in (dict(depth=4), dict(depth=0), dict(num_prompts=0)):
        with pytest.raises(ValueError, match='depth=. 1 to 3, the layers'):
            DeepVisualPrompts(SHAPE, **dict(dict(depth=3), **options))
