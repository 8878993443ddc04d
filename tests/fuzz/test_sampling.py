"""What holds for the frames of videos of any length."""
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from projects.tc_clip.datasets import SampleFrames

TOTALS = st.one_of(st.integers(1, 70), st.integers(1, 10**6))
COUNTS = st.integers(1, 33)
VIEWS = st.integers(1, 5)


def sample(total, clip_len, num_clips, seed=0, **options):
    """Returns the frames (V, T) of a video."""
    np.random.seed(seed)
    step = SampleFrames(clip_len=clip_len, num_clips=num_clips, **options)
    found = step(dict(total_frames=total, start_index=0))
    assert (found['clip_len'], found['num_clips']) == (clip_len, num_clips)
    return found['frame_inds'].reshape(num_clips, clip_len)


@given(TOTALS, COUNTS, VIEWS, st.integers(0, 99))
def test_fixed_views_are_in_order_and_differ(total, frames, views, seed):
    inds = sample(total, frames, views, seed, test_mode=True)
    assert inds.min() >= 0 and inds.max() < total
    assert (np.diff(inds, axis=1) >= 0).all()
    assert (np.diff(inds, axis=0) >= 0).all()
    if total >= frames * views:  # every view has a share of each segment
        assert (np.diff(inds, axis=1) > 0).all()
        assert (np.diff(inds, axis=0) > 0).all()
    other = sample(total, frames, views, seed + 1, test_mode=True)
    assert inds.tolist() == other.tolist()


@given(TOTALS, COUNTS, VIEWS, st.integers(0, 99))
def test_drawn_frames_are_those_of_the_rule(total, frames, views, seed):
    inds = sample(total, frames, views, seed)
    tested = sample(
        total, frames, views, seed, test_mode=True, random_views=True)
    assert inds.tolist() == tested.tolist()
    assert inds.min() >= 0 and inds.max() < total
    segment = total // frames
    if segment:  # a frame of each segment, whose length is rounded down
        assert (inds // segment == np.arange(frames)).all()
    else:  # MMAction2 rounds the place, and the end may become frame 0
        places = np.around(np.arange(frames) * (total / frames)).astype(int)
        assert (inds == places % total).all()


@given(st.integers(1, 60), st.integers(1, 12))
def test_all_frames_but_the_remainder_are_drawn(total, frames):
    drawn = sample(total, frames, 40 * max(total // frames, 1))
    reached = total if total < frames else total // frames * frames
    assert {*drawn.ravel().tolist()} == {*range(reached)}
