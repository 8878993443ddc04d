"""Counts of predictions."""
from projects.tc_clip.visualization import Tally


def test_videos_are_counted_by_label_and_prediction():
    tally = Tally(['run', 'sit', 'walk'])
    for label, best in ('sit', 'run'), ('sit', 'sit'), ('run', 'run'):
        tally.add([label], best)
    tally.add(['sit'], 'run')
    tally.add([], 'walk')  # not labelled
    assert tally.to_dict() == dict(
        labelled=4,
        right=2,
        pairs=[['sit', 'run', 2], ['sit', 'sit', 1], ['run', 'run', 1]])
    assert tally.classes() == ['run', 'sit']


def test_one_of_several_labels_is_right():
    tally = Tally()
    tally.add(['a', 'b'], 'b')
    tally.add(['a', 'b'], 'c')
    assert tally.to_dict() == dict(labelled=2, right=1, pairs=[])


def test_unknown_classes_come_last():
    tally = Tally(['z'])
    tally.add(['b'], 'z')
    tally.add(['a'], 'z')
    assert tally.classes() == ['z', 'a', 'b']
