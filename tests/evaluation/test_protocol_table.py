"""Rows of the tables from accuracies, against numbers worked out by hand."""
import pytest

from projects.tc_clip.evaluation import Result, Summary, summarise, to_markdown


def test_splits_give_mean_and_population_deviation():
    cells = summarise([
        Result('HMDB-51', '1', 50., 80.),
        Result('HMDB-51', '2', 53., 80.),
        Result('HMDB-51', '3', 56., 83.),
        Result('UCF-101', '1', 82., 96.)
    ])
    assert list(cells) == [
        'HMDB-51 top-1', 'HMDB-51 top-5', 'UCF-101 top-1', 'UCF-101 top-5',
        'All top-1'
    ]
    assert cells['HMDB-51 top-1'].mean == 53
    assert cells['HMDB-51 top-1'].std == pytest.approx(6**0.5)
    assert cells['HMDB-51 top-5'] == pytest.approx(Summary(81, 2**0.5))
    assert cells['All top-1'].mean == (53 + 82) / 2


def test_halves_give_the_harmonic_mean():
    cells = summarise([
        Result('K-400', 'base', 78.9, 90.),
        Result('K-400', 'novel', 63.6, 90.)
    ])
    assert {
        k: v.mean
        for k, v in cells.items()
    } == {
        'K-400 base': 78.9,
        'K-400 novel': 63.6,
        'K-400 HM': pytest.approx(2 * 78.9 * 63.6 / (78.9 + 63.6))
    }
    assert str(cells['K-400 HM']) == '70.4'  # as in the paper


def test_one_list_is_itself_and_has_no_average():
    cells = summarise([Result('SSv2', 'val', 7.25, 20.)])
    assert cells == {'SSv2 top-1': Summary(7.25), 'SSv2 top-5': Summary(20.)}


def test_harmonic_mean_of_nothing_right():
    cells = summarise(
        [Result('SSv2', 'base', 5., 20.),
         Result('SSv2', 'novel', 0., 0.)])
    assert cells['SSv2 HM'].mean == 0


def test_markdown():
    rows = {
        'a': dict(x=Summary(1.04), y=Summary(2., 0.46)),
        'b': dict(x=Summary(10.), y=Summary(3.))
    }
    assert to_markdown(rows) == ('|  | x | y |\n'
                                 '| --- | --- | --- |\n'
                                 '| a | 1.0 | 2.0 ± 0.5 |\n'
                                 '| b | 10.0 | 3.0 |')
