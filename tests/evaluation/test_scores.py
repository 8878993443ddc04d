"""Scores as values and as plain data."""
import copy
import warnings
from pathlib import Path

import pytest

from projects.tc_clip.evaluation.scores import (RUN_KEYS, RowKey,
                                                checked_fields, run_of_scores,
                                                scores_of_run)

FILE = Path('a.json')


@pytest.fixture
def run(score):
    """The plain data of a run on two lists."""
    return run_of_scores([score, score._replace(split='2', top1=60.)], {})


def test_a_run_is_the_same_after_a_round_trip(score):
    scores = [
        score._replace(
            shots=4, list_seed=2, rephrased=True, split=split, broken=2)
        for split in '12'
    ]
    run = run_of_scores(scores, dict(note='mine'))
    assert {*run} == {*RUN_KEYS, 'note'}
    assert scores_of_run(run, FILE) == scores


def test_a_file_without_broken_videos_has_none(run):
    run['results'][0]['broken'] = 3
    del run['results'][1]['broken']
    assert [score.broken for score in scores_of_run(run, FILE)] == [3, 0]


def test_rows_are_sorted_by_names_share_and_method(score):
    keys = [
        RowKey(False, 0., 'B'),
        RowKey(False, 0.3, 'A'),
        RowKey(True, 0., 'A')
    ]
    assert sorted(keys[::-1]) == keys
    assert score.row == RowKey(False, 0., 'TC-CLIP')


@pytest.mark.parametrize('path, value, message', [
    (['frames'], '16', "a.json: frames cannot be '16'"),
    (['seed'], None, 'a.json: seed cannot be None'),
    (['shots'], '4', "a.json: shots cannot be '4'"),
    (['results'], [], 'a.json: results is empty'),
    (['results', 1], 1, r"a.json, results\[1\] lacks the key 'clip_share'"),
    (['results', 1, 'top1'], '9', r"results\[1\]: top1 cannot be '9'"),
])
def test_wrong_values_are_named_by_their_place(run, path, value, message):
    run = copy.deepcopy(run)
    *parents, key = path
    place = run
    for name in parents:
        place = place[name]
    place[key] = value
    with pytest.raises(ValueError, match=message):
        scores_of_run(run, FILE)


def test_a_missing_key_is_named():
    with pytest.raises(ValueError, match="x lacks the key 'b'"):
        checked_fields(dict(a=1), dict(a=int, b=int), 'x')
    with pytest.raises(ValueError, match="x lacks the key 'a'"):
        checked_fields([1], dict(a=int), 'x')
    assert checked_fields(dict(a=1, b=2), dict(a=int), 'x') == dict(a=1)


@pytest.mark.parametrize('labels, warned', [('a.csv', 0), ('a.json', 1)])
def test_names_of_unknown_kind_count_as_plain(run, labels, warned):
    del run['rephrased']
    for result in run['results']:
        result['labels'] = labels
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        scores = scores_of_run(run, FILE)
    assert len(caught) == warned
    assert not any(score.rephrased for score in scores)


@pytest.mark.parametrize('checkpoint, weights', [
    ('work/best_acc_top1_epoch_31.pth', 'best of the validations'),
    ('work/epoch_50.pth', 'epoch 50'),
    ('work/iter_900.pth', 'iter 900'),
    ('clip.pth', 'clip'),
    (None, 'no checkpoint'),
])
def test_the_file_of_a_checkpoint_says_which_epoch_it_is(
        score, checkpoint, weights):
    assert score._replace(checkpoint=checkpoint).weights == weights
