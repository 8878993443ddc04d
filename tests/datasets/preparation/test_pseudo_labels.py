"""Pseudo labels from similarities."""
import numpy as np
import pytest

from projects.tc_clip.datasets.preparation.pseudo_labels import (PseudoLabel,
                                                                 pseudo_labels,
                                                                 surest,
                                                                 surest_first)

SIMILARITIES = {
    'd.mp4': [.1, .3, .2],
    'a.mp4': [.5, .1, .2],
    'c.mp4': [.1, .2, .3],
    'b.mp4': [.25, .0, .1],
}


def labelled():
    return pseudo_labels(
        (path, np.array(row)) for path, row in SIMILARITIES.items())


def test_the_most_similar_class_counts():
    assert labelled() == [('d.mp4', 1, .3), ('a.mp4', 0, .5), ('c.mp4', 2, .3),
                          ('b.mp4', 0, .25)]


@pytest.mark.parametrize('share, kept', [
    (1, 'abcd'),
    (.9, 'abcd'),
    (.75, 'acd'),
    (.6, 'ac'),
    (.25, 'a'),
    (.01, 'a'),
])
def test_the_surest_are_kept_in_the_order_of_paths(share, kept):
    found = surest(labelled(), share)
    assert [label.path for label in found] == [f'{x}.mp4' for x in kept]
    assert {*found} <= {*labelled()}


def test_equal_scores_are_ordered_by_path():
    assert [found.path[0] for found in surest_first(labelled())] == [*'acdb']


def test_nine_tenths_of_many():
    rng = np.random.default_rng(0)
    labels = [
        PseudoLabel(str(i), 0, score)
        for i, score in enumerate(rng.random(50))
    ]
    kept = {found.score for found in surest(labels, .9)}
    left = {found.score for found in labels} - kept
    assert len(kept) == 45 and max(left) < min(kept)


@pytest.mark.parametrize('share', [0, -.1, 1.1, float('nan')])
def test_a_share_out_of_range(share):
    with pytest.raises(ValueError, match=f'share {share} must be above 0'):
        surest(labelled(), share)


def test_nothing_to_label():
    with pytest.raises(ValueError, match='extract features first'):
        surest([], .9)


@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_a_video_without_a_similarity(value):
    with pytest.raises(ValueError, match=f'x.mp4 has the similarity {value}'):
        pseudo_labels([('x.mp4', np.array([.1, value]))])
