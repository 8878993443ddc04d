"""The LSTM neck from the equations of an LSTM."""
import torch
from mmaction.registry import MODELS


@torch.no_grad()
def test_features_equal_a_loop_over_frames():
    torch.manual_seed(0)
    neck = MODELS.build(dict(type='FrameLSTM', channels=8)).double()
    frames, context = torch.randn(2, 4, 8).double(), torch.randn(2, 1, 5, 8)
    (feature, same), losses = neck((frames, context))
    lstm = neck.lstm
    for given, video in zip(feature, frames):
        h, c, rows = torch.zeros(8).double(), torch.zeros(8).double(), []
        for x in video:
            gates = (
                lstm.weight_ih_l0 @ x + lstm.bias_ih_l0 +
                lstm.weight_hh_l0 @ h + lstm.bias_hh_l0)
            into, forget, cell, out = gates.chunk(4)
            c = forget.sigmoid() * c + into.sigmoid() * cell.tanh()
            h = out.sigmoid() * c.tanh()
            rows.append(h + x)
        torch.testing.assert_close(given, sum(rows) / 4)
    assert same is context and losses == {}
