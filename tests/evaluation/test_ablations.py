"""Rows of the ablation tables from the scores of several seeds."""
import numpy as np

from projects.tc_clip.evaluation.ablations import (ablation_note,
                                                   ablation_table,
                                                   accuracy_over_seeds,
                                                   protocol_columns,
                                                   protocol_over_seeds)

TABLE = dict(
    columns=['HMDB-51'],
    note='A note.',
    rows=[dict(row='vp', case='(b) +VP', values=[[53.2, 0.8]])])


def test_several_seeds_have_a_deviation():
    assert accuracy_over_seeds([{'Top-1': 80.}]) == {'Top-1': 80}
    seeds = [{'Top-1': 80., 'Top-5': 90.}, {'Top-1': 84.}]
    assert accuracy_over_seeds(seeds) == {'Top-1': (82, 2), 'Top-5': None}


def test_deviations_are_those_of_the_protocol_or_over_seeds(score):
    zero_shot = [[
        score._replace(split=split, top1=top1 + shift, seed=seed)
        for split, top1 in (('1', 50.), ('2', 53.), ('3', 56.))
    ] for seed, shift in ((0, 0), (1, 8))]
    # averaged over seeds first: 54, 57, 60
    row = protocol_over_seeds(zero_shot)['HMDB-51']
    np.testing.assert_allclose(row, (57, 6**0.5))
    few_shot = [[
        score._replace(protocol='few_shot', shots=4, top1=top1, seed=seed)
    ] for seed, top1 in ((0, 50.), (1, 54.))]
    assert protocol_over_seeds(few_shot)['HMDB-51 K=4'] == (52, 2)
    assert protocol_over_seeds(few_shot[:1])['HMDB-51 K=4'] == 50
    assert protocol_over_seeds(few_shot)['All'] is None


def test_shares_of_clip_have_columns_and_settings_have_none(score):
    full = score._replace(
        protocol='fully_supervised', data_set='K-400', split='val')
    mixed = full._replace(clip_share=0.3, top1=48.)
    assert protocol_columns([[full, mixed]]) == {
        'Top-1': 50,
        'Top-5': 90,
        'Top-1, WE 0.3': 48,
        'Top-5, WE 0.3': 90
    }


def test_a_table_stands_beside_the_papers():
    accuracies = dict(
        vp={
            'Top-1': (42., 2.),
            'All': None
        }, mine={
            'Top-1': 1.,
            'All': None
        })
    costs = dict(
        vp=['153', '127', '562', '3.2', '2560.0'],
        mine=['1', '2', '3', '4', '5'])
    assert ablation_table(TABLE, accuracies, costs).splitlines() == [
        '| Row | Top-1 | Parameters (M) | Trained (M) | GFLOPs | Views/s | '
        'Memory (MiB) | Paper: HMDB-51 |',
        '| --- | --- | --- | --- | --- | --- | --- | --- |',
        '| (b) +VP | 42.0 ± 2.0 | 153 | 127 | 562 | 3.2 | 2560.0 | '
        '53.2 ± 0.8 |', '| mine | 1.0 | 1 | 2 | 3 | 4 | 5 | - |'
    ]
    assert ' A note. `-`: missing' in ablation_note(TABLE)
