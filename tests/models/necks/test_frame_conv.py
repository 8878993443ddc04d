"""The convolution neck, with the official memory layout and without."""
import pytest
import torch
from mmaction.registry import MODELS

B, T, E = 2, 3, 8


def make(official_layout=True):
    """Builds the neck in float64."""
    return MODELS.build(
        dict(type='FrameConv', channels=E,
             official_layout=official_layout)).double()


def filter_slowly(weight, columns):
    """Filters rows ``(E, T)``, each with its three taps."""
    rows = []
    for taps, row in zip(weight[:, 0], columns):
        padded = torch.cat((row.new_zeros(1), row, row.new_zeros(1)))
        rows.append(
            torch.stack([padded[t:t + 3] @ taps for t in range(len(row))]))
    return torch.stack(rows)


@torch.no_grad()
@pytest.mark.parametrize('official', [True, False])
def test_features_equal_a_loop_over_channels(official):
    neck = make(official)
    neck.conv.weight.normal_()
    frames, context = torch.randn(B, T, E).double(), torch.randn(B, 1, 5, E)
    (feature, same), losses = neck((frames, context))
    for given, video in zip(feature, frames):
        columns = video.flatten().view(E, T) if official else video.T
        filtered = filter_slowly(neck.conv.weight, columns)
        torch.testing.assert_close(given, (filtered.T + video).mean(0))
    assert same is context and losses == {}


@torch.no_grad()
def test_it_starts_as_a_shift_of_channels_in_time():
    frames = torch.randn(B, T, E).double()
    nothing = torch.zeros(B, 1, E).double()
    before = torch.cat((nothing, frames[:, :-1]), 1)
    after = torch.cat((frames[:, 1:], nothing), 1)
    shifted = torch.cat((before[..., :2], frames[..., 2:6], after[..., 6:]),
                        -1)
    torch.testing.assert_close(
        make(official_layout=False)((frames, None))[0].feature,
        (shifted + frames).mean(1))
