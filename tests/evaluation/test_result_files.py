"""Scores in files, and the newest of them."""
import json

import pytest

from projects.tc_clip.evaluation import read_scores, write_scores
from projects.tc_clip.evaluation.result_files import (files_of_tests,
                                                      find_results, stock_top1)


def test_scores_are_read_as_they_are_written(tmp_path, score):
    file = tmp_path / 'run/protocol_results.json'
    scores = [
        score._replace(file=file, split=split, top1=top1, **run)
        for run in (dict(), dict(clip_share=0.3))
        for split, top1 in (('1', 50.5), ('2', 1 / 3))
    ]
    write_scores(scores, dict(note='mine'))
    assert read_scores(file) == scores
    assert json.loads(file.read_text())['note'] == 'mine'
    others = dict(
        protocol='few_shot',
        config=None,
        checkpoint=None,
        shots=4,
        list_seed=2,
        rephrased=True)
    scores = [each._replace(**others) for each in scores]
    write_scores(scores, {})
    assert read_scores(file) == scores


def test_a_broken_file_of_an_unknown_kind_is_named(tmp_path):
    file = tmp_path / 'protocol_results.json'
    file.write_text('[1]')
    with pytest.raises(ValueError, match="json lacks the key 'protocol': run"):
        read_scores(file)


def test_the_newest_test_comes_last(tmp_path):
    for time, share in (('20250301_000000', 0.5), ('20241231_000000', 0.25)):
        (tmp_path / time / 'vis_data').mkdir(parents=True)
        metrics = json.dumps({'acc/top1': share})
        (tmp_path / time / f'{time}.json').write_text(metrics)
        (tmp_path / time / 'vis_data/zzz.json').write_text('{}')
    names = [path.name for path in files_of_tests(tmp_path, '*.json')]
    assert names == ['20241231_000000.json', '20250301_000000.json']
    assert stock_top1(tmp_path) == 0.5
    (tmp_path / '20250301_000000/20250301_000000.json').write_text('{}')
    with pytest.raises(ValueError, match="lacks the key 'acc/top1'"):
        stock_top1(tmp_path)
    with pytest.raises(FileNotFoundError, match='vis_data holds no result'):
        stock_top1(tmp_path / '20250301_000000/vis_data')


def test_a_path_that_is_not_there_is_named(tmp_path, score):
    file = tmp_path / 'a/protocol_results.json'
    write_scores([score._replace(file=file)], {})
    assert find_results([tmp_path / 'a']) == ([file], [])
    assert find_results([tmp_path]) == ([file], [])
    with pytest.raises(FileNotFoundError, match='typo is not there'):
        find_results([tmp_path / 'a', tmp_path / 'typo'])
