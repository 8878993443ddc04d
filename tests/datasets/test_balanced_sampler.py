"""Classes that come up equally often."""
from collections import Counter

import pytest
from mmaction.registry import DATA_SAMPLERS

from projects.tc_clip.datasets.balanced_sampler import balanced_weights


class Videos(list):
    """Labels of videos, as a data set gives them."""

    def get_cat_ids(self, idx):
        return self[idx]


def make(labels):
    return DATA_SAMPLERS.build(
        dict(type='ClassBalancedSampler', dataset=Videos(labels), seed=0))


def test_weights():
    labels = Videos([[0], [0], [0], [1], [0, 1], []])
    assert balanced_weights(labels).tolist() == [
        1 / 4, 1 / 4, 1 / 4, 1 / 2, 1 / 2, 1
    ]


def test_rare_classes_come_up_as_often():
    labels = [[0]] * 90 + [[1]] * 10
    sampler, drawn = make(labels), Counter()
    for epoch in range(100):
        sampler.set_epoch(epoch)
        order = [*sampler]
        assert len(order) == len(sampler) == 100
        drawn.update(labels[i][0] for i in order)
    assert drawn[1] / 10_000 == pytest.approx(0.5, abs=0.02)


def test_processes_share_an_epoch():
    labels = [[0]] * 5 + [[1]] * 2
    alone = make(labels)
    alone.num_samples, alone.total_size = 8, 8
    parts = []
    for rank in range(2):
        part = make(labels)
        part.rank, part.world_size = rank, 2
        part.num_samples, part.total_size = 4, 8
        parts.append([*part])
    assert [*alone] == [i for pair in zip(*parts) for i in pair]


def test_epochs_differ_and_repeat():
    sampler = make([[0]] * 20 + [[1]] * 20)
    first = [*sampler]
    assert [*sampler] == first
    sampler.set_epoch(1)
    assert [*sampler] != first
