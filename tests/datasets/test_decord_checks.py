"""What decord lists shows of which files it reads wrong frames."""
import numpy as np
import pytest

from projects.tc_clip.datasets.decord_checks import (UnreliableError,
                                                     check_times, check_track,
                                                     even_times,
                                                     without_padding)
from projects.tc_clip.datasets.mp4_headers import Track


def test_padding_of_rows_is_cut_off():
    pixels = np.arange(2 * 5 * 4 * 3).reshape(2, 5, 12)  # 4 numbers of padding
    frames = without_padding(pixels)
    assert frames.shape == (2, 5, 3)
    assert np.array_equal(frames[1].ravel(), 60 + np.arange(15))


@pytest.mark.parametrize('starts, keys, reason', [
    ([-.2, 0, .2], [0], 'edit list'),
    ([-1e17, 0, .2], [0], 'without a time'),
    ([0, .2, .2], [0], 'of the same time'),
    ([0, .1, .2], [1], 'key frame'),
    ([0, .1, .2], [], 'key frame'),
])
def test_packets_that_are_not_frames_are_noticed(starts, keys, reason):
    with pytest.raises(UnreliableError, match=reason):
        check_times(np.array(starts), np.array(keys))
    check_times(np.array([0, .1, .2]), np.array([0]))


@pytest.mark.parametrize('edits, mirrored, bits, reason', [
    ([(1., 0), (2., 50)], False, 8, 'edit list'),
    ([(.5, 0)], False, 8, 'edit list'),
    ([(2., 0)], True, 8, 'mirrored'),
    ([(2., 0)], False, 10, '10 bits'),
])
def test_headers_that_decord_ignores_are_noticed(edits, mirrored, bits,
                                                 reason):
    with pytest.raises(UnreliableError, match=reason):
        check_track(Track('vide', edits, mirrored, bits), last=1.9)
    for edits in ([], [(2., 1024)], [(5., -1), (2., 0)], [(0., 0)]):
        check_track(Track('vide', edits, False, 8), last=1.9)


def test_times_at_a_constant_rate():
    assert even_times(3, 10) == pytest.approx(
        np.array([[0, .1], [.1, .2], [.2, .3]]))
    assert even_times(1, 0).tolist() == [[0, 1]]
