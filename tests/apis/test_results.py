"""Results that an interrupted run leaves for the next one."""
import re
from pathlib import Path

import pytest

from projects.tc_clip.apis import Guess, Prediction, TimeSpan
from projects.tc_clip.apis.reading import Scored
from projects.tc_clip.apis.results import (KeptResults, Results, partial_files,
                                           read_partial)
from projects.tc_clip.processes import Failure
from projects.tc_clip.shards import Shard

SETTINGS = dict(window=1., class_names=['run', 'jump'])
A, B, C = Path('a.mp4'), Path('b.mp4'), Path('c 日本.mp4')


def scored(video, number=0, total=1):
    """A prediction, of a span if there are several."""
    span = TimeSpan(number / 3, number / 3 + 1) if total > 1 else None
    guesses = [Guess('run', 0.1 + number / 7, 1 / 3), Guess('jump', 0.3, -.1)]
    return Scored(video, Prediction(str(video), 'run', guesses, span), number,
                  total)


SOME = [
    scored(A), *(scored(B, i, 3) for i in range(3)),
    Scored(C, Failure('is broken'))
]


def test_videos_are_complete_when_all_their_clips_are_there():
    results = Results()
    for number, result in enumerate(SOME):
        results.add(result)
        assert [results.is_complete(v)
                for v in (A, B, C)] == [True, number >= 3, number == 4]
    assert [results.count(v) for v in (A, B, C)] == [1, 3, 0]
    assert results.failed == {str(C): 'is broken'}
    assert [*results.predictions([B, C, A])] == [B, A]
    results.add(scored(A))  # two runs had the same video
    assert results.count(A) == 1 and results.is_complete(A)
    results.add(Scored(B, Failure('broke later')))
    assert [*results.predictions([A, B])] == [A] and results.is_complete(B)


@pytest.mark.parametrize('killed_after', range(len(SOME) + 1))
def test_the_next_run_has_what_was_there(tmp_path, killed_after):
    out = tmp_path / 'new/result.json'
    before = KeptResults(out, SETTINGS)
    for result in SOME[:killed_after]:
        before.add(result)
    after = KeptResults(out, SETTINGS)
    assert (after.found, after.failed) == (before.found, before.failed)
    for result in SOME[killed_after:]:
        after.add(result)
    assert [*map(after.is_complete, (A, B, C))] == [True] * 3
    assert after.found[str(B)] == [result.result for result in SOME[1:4]]
    assert [p.name
            for p in partial_files(out)] == ['result.json.partial.jsonl']
    after.finish()
    assert not partial_files(out) and not read_partial(out).found


def test_shards_see_what_the_others_did(tmp_path):
    out = tmp_path / 'result.csv'
    first, second = (KeptResults(out, SETTINGS, Shard(i, 2)) for i in range(2))
    first.add(SOME[0])
    for result in SOME[1:]:
        second.add(result)
    assert not first.is_complete(B)
    first.read()
    assert [*map(first.is_complete, (A, B, C))] == [True] * 3
    assert KeptResults(out, SETTINGS).found == first.found
    assert len(partial_files(out)) == 3
    assert not partial_files(tmp_path / 'result.json')
    assert not partial_files(tmp_path / 'none/result.json')


def test_other_settings_are_an_error(tmp_path):
    out = tmp_path / 'result.json'
    KeptResults(out, SETTINGS).add(SOME[0])
    other = dict(SETTINGS, window=2.)
    message = (f'{out}.partial.jsonl holds results of an interrupted run with '
               'other settings:\n  window: 1.0 there, 2.0 now\nRemove')
    with pytest.raises(ValueError, match=re.escape(message)):
        KeptResults(out, other)
    assert read_partial(out).count(A) == 1


def test_a_file_of_something_else_is_an_error(tmp_path):
    file = tmp_path / 'result.json.partial.jsonl'
    file.write_text('{"video": "a.mp4"}\n')
    with pytest.raises(ValueError, match='jsonl is not of an interrupted run'):
        KeptResults(tmp_path / 'result.json', SETTINGS)
    assert file.read_text() == '{"video": "a.mp4"}\n'
