"""Which scores make a row, and which do not belong together."""
from pathlib import Path

from projects.tc_clip.evaluation.rows import disagreements, group_rows


def test_rows_hold_the_scores_of_a_method_in_the_order_of_the_table(score):
    few = score._replace(protocol='few_shot', shots=2)
    scores = [
        few._replace(data_set=name, shots=shots, method=method)
        for method in 'BA' for name in ('UCF-101', 'HMDB-51')
        for shots in (16, 2)
    ]
    rows = group_rows(scores)
    assert [key.method for key in rows] == ['A', 'B']
    for members in rows.values():
        assert [(s.data_set, s.shots) for s in members] == [('HMDB-51', 2),
                                                            ('HMDB-51', 16),
                                                            ('UCF-101', 2),
                                                            ('UCF-101', 16)]


def test_rephrased_rows_take_over_ssv2_unless_they_have_it(score):
    few = score._replace(protocol='few_shot', shots=2)
    plain = few._replace(data_set='SSv2', top1=9.)
    rephrased = few._replace(rephrased=True)
    own = rephrased._replace(data_set='SSv2', top1=8.)
    other = plain._replace(method='Mine')

    def taken(*scores):
        return [s.top1 for s in group_rows(scores)[rephrased.row]]

    assert taken(plain, rephrased) == [50, 9]
    assert taken(plain, rephrased, own) == [50, 8]
    assert taken(other, rephrased) == [50]
    assert len(group_rows([plain, rephrased])[plain.row]) == 1


def test_what_differs_is_named_with_both_files(score):
    other = score._replace(file=Path('b.json'))
    assert disagreements([score, other]) == []
    assert disagreements([score, other._replace(frames=8, seed=5)
                          ]) == ['frames: 16 in a.json, but 8 in b.json']
    # configs are compared by their names, and on one list only
    moved = other._replace(config='elsewhere/a.py')
    assert disagreements([score, moved]) == []
    changed = other._replace(config='b.py', videos=9)
    assert disagreements([score, changed]) == [
        'config of HMDB-51 1: a.py in a.json, but b.py in b.json',
        'videos of HMDB-51 1: 10 in a.json, but 9 in b.json'
    ]
    assert disagreements([score, changed._replace(split='2')]) == []


def test_best_and_last_epochs_do_not_share_a_row(score):
    last = score._replace(checkpoint='epoch_50.pth')
    best = score._replace(
        checkpoint='best_acc_top1_epoch_31.pth', file=Path('b.json'))
    assert disagreements([last, best]) == [
        'weights: one epoch in a.json, but best of the validations in b.json'
    ]
    # last epochs may differ between data sets
    assert disagreements([last,
                          last._replace(checkpoint='epoch_12.pth')]) == []
