import numpy as np
import pytest

from projects.tc_clip.visualization import (distinct_colours, draw_attention,
                                            draw_groups, draw_seeds,
                                            group_colours)
from projects.tc_clip.visualization.token_maps import (_to_lab, enlarge,
                                                       heat_colours, to_pixels)

# two frames of 2x3 patches; token 2 holds most seeds, then 0, then 1
GROUPS = np.array([[[2, 2, -1], [0, -1, 1]], [[2, -1, 0], [-1, -1, 2]]],
                  np.int16)


@pytest.fixture
def frames():
    """Frames of 8x12 pixels, 4 for the side of a patch."""
    rng = np.random.default_rng(0)
    return rng.integers(256, size=(2, 8, 12, 3), dtype=np.uint8)


def inside(drawn, t, row, column):
    """Returns the four pixels in the middle of a patch."""
    return drawn[t, 4 * row + 1:4 * row + 3, 4 * column + 1:4 * column + 3]


# --- colours ----------------------------------------------------------------


def test_first_colours_are_the_most_distinct():
    colours = distinct_colours(100).astype(float)
    assert len(np.unique(colours, axis=0)) == 100
    gaps = np.linalg.norm(colours[:, None] - colours, axis=-1)
    gaps[np.diag_indices(100)] = np.inf
    nearest = [gaps[:n, :n].min() for n in (4, 10, 30, 100)]
    assert nearest == sorted(nearest, reverse=True)
    assert nearest[0] > 200 and nearest[2] > 50
    # none that would pass for a dark or grey patch
    assert np.ptp(colours, axis=1).min() > 40 and colours.max(1).min() > 90


def test_colours_never_run_out():
    colours = distinct_colours(400)
    assert colours.shape == (400, 3)
    assert (distinct_colours(3) == colours[:3]).all()


def test_large_groups_get_the_first_colours():
    assert (group_colours(GROUPS)[[2, 0, 1]] == distinct_colours(3)).all()


def test_groups_of_a_size_follow_their_index():
    assert (group_colours(np.array([[[1, 0, 2,
                                      2]]])) == distinct_colours(3)[[1, 2, 0
                                                                     ]]).all()


# --- drawings ---------------------------------------------------------------


def test_seeds_stay_and_other_patches_darken(frames):
    drawn = draw_seeds(frames, GROUPS)
    assert (inside(drawn, 1, 0, 2) == inside(frames, 1, 0, 2)).all()
    other = inside(drawn, 0, 1, 1)
    grey = inside(frames, 0, 1, 1).mean(-1, keepdims=True)
    np.testing.assert_allclose(other, (0.3 * grey).repeat(3, -1), atol=1)
    # a line at the side of another patch, none between seeds
    assert (drawn[0, :3, 7] == 255).all()
    assert (drawn[0, :3, 4] == frames[0, :3, 4]).all()


def test_every_patch_of_a_group_has_its_colour(frames):
    drawn = draw_groups(frames, GROUPS).astype(float)
    colours = group_colours(GROUPS)
    for t, row, column in np.argwhere(GROUPS >= 0):
        colour = colours[GROUPS[t, row, column]]
        grey = inside(frames, t, row, column).mean(-1, keepdims=True)
        np.testing.assert_allclose(
            inside(drawn, t, row, column), 0.4 * grey + 0.6 * colour, atol=1)
    assert (drawn[0, 0:3, 7] == colours[2]).all()
    assert (drawn[1, 4:8, 8] == colours[2]).all()
    assert (draw_groups(
        frames, GROUPS)[GROUPS.repeat(4, 1).repeat(4, 2) < 0] == draw_seeds(
            frames, GROUPS)[GROUPS.repeat(4, 1).repeat(4, 2) < 0]).all()


def test_attention_is_relative_to_the_whole_clip():
    frames = np.zeros((2, 8, 12, 3), np.uint8)
    attention = np.zeros((2, 2, 3), np.float32)
    attention[0], attention[1, 0] = 0.2, 0.1
    drawn = draw_attention(frames, attention).astype(int)
    most, half, none = drawn[0, 0, 0], drawn[1, 0, 0], drawn[1, 7, 0]
    heat = heat_colours() * 0.6  # over black
    for colour, level in (most, 255), (half, 128), (none, 0):
        assert colour == pytest.approx(heat[level], abs=1.5)
    assert (drawn[0] == most).all()
    # scaling all of it changes nothing; a clip without attention is no error
    assert (draw_attention(frames, attention * 3) == drawn).all()
    assert (draw_attention(frames, attention * 0) == none).all()


def test_colours_of_attention_get_brighter_in_equal_steps():
    lightness = _to_lab(heat_colours())[:, 0]
    assert lightness[0] < 2 and lightness[-1] > 95
    steps = np.diff(lightness)
    assert steps.min() > 0 and steps[20:].max() < 1


def test_frames_are_enlarged_by_whole_factors(frames):
    large = enlarge(frames, 17)
    assert large.shape == (2, 24, 36, 3)
    assert (large[:, 1::3, 2::3] == frames).all()
    assert (enlarge(frames, 8) == frames).all()


def test_patches_may_not_divide_the_frame():
    maps = np.arange(3)[None, None]
    pixels = to_pixels(maps, np.zeros((1, 2, 10, 3)))
    assert pixels[0, 1].tolist() == [0] * 4 + [1] * 3 + [2] * 3
