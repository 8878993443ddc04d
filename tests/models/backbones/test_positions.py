"""Positions for other frame sizes against open_clip's."""
from types import SimpleNamespace

import pytest
import torch
from open_clip.model import resize_pos_embed

from projects.tc_clip.models.backbones.positions import (check_frames,
                                                         resize_positions,
                                                         stretch_in_time)


@pytest.mark.parametrize('new', [(3, 3), (7, 5), (4, 4)])
def test_equal_to_open_clip(new):
    positions = torch.randn(17, 8)
    state = {'visual.positional_embedding': positions}
    resize_pos_embed(state,
                     SimpleNamespace(visual=SimpleNamespace(grid_size=new)))
    torch.testing.assert_close(
        resize_positions(positions, (4, 4), new),
        state['visual.positional_embedding'])


def test_each_frame_of_joint_positions_alone():
    positions = torch.randn(3, 13, 8)
    resized = resize_positions(positions, (3, 4), (2, 5))
    torch.testing.assert_close(
        resized,
        torch.stack([resize_positions(p, (3, 4), (2, 5)) for p in positions]))


def test_half_precision_is_kept():
    positions = torch.randn(17, 8)
    resized = resize_positions(positions.bfloat16(), (4, 4), (3, 3))
    assert resized.dtype == torch.bfloat16
    torch.testing.assert_close(
        resized.float(),
        resize_positions(positions, (4, 4), (3, 3)),
        rtol=0.02,
        atol=0.02)


@pytest.mark.parametrize('frames', [1, 2, 3, 4, 5, 8, 12])
def test_stretched_tables_take_the_nearest_row(frames):
    table = torch.randn(4, 8)
    want = torch.stack([table[t * 4 // frames] for t in range(frames)])
    assert stretch_in_time(table, frames).equal(want)


def test_tables_of_other_lengths_are_named():
    check_frames(torch.zeros(3, 8), 3, 'joint')
    with pytest.raises(ValueError, match="4 frames, but pos_embed='joint' ho"):
        check_frames(torch.zeros(3, 8), 4, 'joint')
