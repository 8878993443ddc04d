"""Predictions and times of two precisions."""
import pytest
import torch

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.profiling.precision import (compare_precisions,
                                                  model_name, noise_clips,
                                                  probabilities)


@pytest.fixture
def inferencer(tiny_config, tiny_checkpoint):
    return TCCLIPInferencer(tiny_config, tiny_checkpoint, 'cpu')


def test_changes_are_counted(inferencer):
    clips = noise_clips(inferencer, 3)
    assert [clip['inputs'].shape for clip in clips] == 3 * [(1, 3, 8, 32, 32)]
    change = compare_precisions(inferencer, clips, torch.bfloat16, runs=1)
    pairs = [[
        probabilities(inferencer, clip, dtype)
        for dtype in (torch.float32, torch.bfloat16)
    ] for clip in clips]
    assert change.clips == 3
    assert change.changed == sum(
        int(a.argmax() != b.argmax()) for a, b in pairs)
    assert change.largest == pytest.approx(
        max(float((a - b).abs().max()) for a, b in pairs))
    assert 0 < change.largest < 0.2 and change.time_ratio > 0


def test_the_same_precision_changes_nothing(inferencer):
    change = compare_precisions(
        inferencer, noise_clips(inferencer, 1), torch.float32, runs=1)
    assert change[:3] == (0, 1, 0.)


def test_the_model_is_named(tiny_config):
    assert model_name(tiny_config, 'a.pth') == 'weights of a.pth'
    assert model_name(tiny_config, None) == 'random weights'
    tiny_config.model.backbone.pretrained = 'openai'
    assert model_name(tiny_config, None) == "CLIP's weights, openai"
