"""The shift of channels between frames, channel by channel."""
import pytest
import torch

from projects.tc_clip.models.injections import TemporalShift
from projects.tc_clip.models.injections.temporal_shift import shift_frames
from tests.reference import blocks


@pytest.mark.parametrize('frames', [1, 2, 4])
def test_each_channel_reads_its_frame(frames):
    x = torch.randn(2, frames, 3, 10)
    shifted = shift_frames(x, 3)
    for t in range(frames):
        for channel in range(10):
            source = t + (channel < 3) - (3 <= channel < 6)
            want = torch.zeros(2, 3)
            if 0 <= source < frames:
                want = x[:, source, :, channel]
            assert shifted[:, t, :, channel].equal(want)


def test_an_eighth_of_768_channels_moves_in_either_direction():
    tokens = torch.randn(1, 3, 5, 768)
    shifted = TemporalShift().insert(tokens, layer=1)
    assert shifted[:, :, 0].equal(tokens[:, :, 0])  # CLS
    middle = shifted[:, 1, 1:]
    assert middle[..., :96].equal(tokens[:, 2, 1:, :96])
    assert middle[..., 96:192].equal(tokens[:, 0, 1:, 96:192])
    assert middle[..., 192:].equal(tokens[:, 1, 1:, 192:])


@torch.no_grad()
def test_each_layer_and_its_residual_path_start_from_shifted_frames():
    vit = blocks.frame_wise_tower(dict(type='TemporalShift', fold=4))
    clips = torch.randn(1, 3, 3, 32, 48, dtype=torch.float64)
    video = vit.embed(clips)[0]
    for block in vit.transformer.resblocks:
        video[:, 1:] = shift_frames(video[None, :, 1:].clone(), 8)[0]
        video = torch.stack([
            blocks.feed_forward(block, blocks.attend(block, x, 2))
            for x in video
        ])
    torch.testing.assert_close(vit(clips)[0][0], vit.project(video[:, 0]))


def test_shifts_of_all_channels_and_more_are_refused():
    assert TemporalShift(fold=2).insert(torch.ones(1, 1, 2, 4), 1).sum() == 4
    with pytest.raises(ValueError, match='fold=1 must be 2 or more'):
        TemporalShift(fold=1)
