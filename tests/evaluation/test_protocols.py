"""Rows of the tables from scores, against numbers worked out by hand."""
import pytest

from projects.tc_clip.evaluation import PROTOCOLS, check_list, our_rows
from projects.tc_clip.evaluation.protocols import (harmonic_mean, mean,
                                                   mean_and_deviation)


@pytest.fixture
def row(score):
    """Returns a function that makes the row of (data set, split, top-1)."""

    def row(protocol, *entries):
        return PROTOCOLS[protocol].values([
            score._replace(
                protocol=protocol, data_set=data_set, split=split, top1=top1)
            for data_set, split, top1 in entries
        ])

    return row


def test_a_missing_value_makes_its_average_missing():
    assert mean([]) is mean([1., None]) is None
    assert mean([1., 2., 6.]) == 3
    assert mean_and_deviation([1., None]) is None
    assert mean_and_deviation([1., 3.]) == (2, 1)
    assert harmonic_mean(None, 1.) is harmonic_mean(1., None) is None
    assert harmonic_mean(78.9, 63.6) == pytest.approx(70.4, abs=0.05)
    assert harmonic_mean(5., 0.) == 0


def test_two_of_three_splits_have_no_average(row):
    values = row('zero_shot', ('HMDB-51', '1', 50.), ('HMDB-51', '2', 53.),
                 ('UCF-101', '1', 80.), ('UCF-101', '2', 80.),
                 ('UCF-101', '3', 80.))
    assert values == {
        'HMDB-51': None,
        'UCF-101': (80, 0),
        'K600 (Top-1)': None,
        'K600 (Top-5)': None,
        'All (Top-1)': None
    }


def test_a_half_alone_has_no_harmonic_mean(row):
    values = row('base_to_novel', ('SSv2', 'base', 17.), ('K-400', 'base', 70),
                 ('K-400', 'novel', 60))
    assert (values['SSv2 Base'], values['SSv2 Novel'],
            values['SSv2 HM']) == (17, None, None)
    assert values['K-400 HM'] == pytest.approx(2 * 70 * 60 / 130)
    assert values['All HM'] is None


def test_shares_methods_and_rephrased_names_have_rows_of_their_own(score):
    scores = [
        score,
        score._replace(clip_share=0.3),
        score._replace(method='Mine'),
        score._replace(rephrased=True, labels='a.csv')
    ]
    assert [each.labels for each in our_rows('zero_shot', scores)
            ] == [('Mine', '', ''), ('TC-CLIP', '', ''),
                  ('TC-CLIP', '✓ 0.3', ''), ('TC-CLIP', '', '✓')]


@pytest.mark.parametrize('place, message', [
    (('two', 'HMDB-51', '1'), "protocol 'two' must be one of zero_shot, few"),
    (('zero_shot', 'SSv2', '1'), "data_set 'SSv2' must be one of HMDB-51, "),
    (('zero_shot', 'K600', '4'), "split '4' must be one of 1, 2, 3"),
    (('few_shot', 'SSv2', 'val', 3), 'shots 3 must be one of 2, 4, 8, 16'),
])
def test_what_is_in_no_table_is_named(place, message):
    with pytest.raises(ValueError, match=f'here: {message}'):
        check_list('here', *place)
    check_list('here', 'few_shot', 'SSv2', 'any', 4)
