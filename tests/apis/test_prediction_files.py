"""Tables and files of predictions."""
import csv
import json
from pathlib import Path

import pytest

from projects.tc_clip.apis import Guess, Prediction, TimeSpan
from projects.tc_clip.apis.prediction_files import (NOTE, SEVERAL, as_text,
                                                    segments,
                                                    write_predictions)

RUN, SIT = Guess('run', 0.75, 3.), Guess('sit, down', 0.25, 1.)
WHOLE = Prediction('a.mp4', 'run', [RUN, SIT], None)
UNSURE = Prediction('b.mp4', 'none of these', [SIT], None)


def make_timeline(labels, shares=(0.4, 0.6, 0.9)):
    """Spans of two seconds that start a second after each other."""
    return [
        Prediction('x.mp4', label, [Guess(label, share, 0.)],
                   TimeSpan(i, i + 2))
        for i, (label, share) in enumerate(zip(labels, shares))
    ]


@pytest.mark.parametrize('labels, wanted', [
    ('aab', [(0, 2.5, 'a', 0.5), (2.5, 4, 'b', 0.9)]),
    ('a', [(0, 2, 'a', 0.4)]),
])
def test_successive_spans_with_one_label_are_joined(labels, wanted):
    found = segments(make_timeline(labels))
    assert [tuple(segment) for segment in found] == wanted


def test_the_table_shows_classes_or_segments():
    text = as_text({
        Path('a.mp4'): [WHOLE],
        Path('b.mp4'): [UNSURE],
        Path('x.mp4'): make_timeline('aab')
    })
    assert text.splitlines() == [
        'a.mp4', '   75.0%  run', '   25.0%  sit, down', 'b.mp4',
        '          none of these; the nearest are', '   25.0%  sit, down',
        'x.mp4', '     0.00 to    2.50 s   50.0%  a',
        '     2.50 to    4.00 s   90.0%  b', NOTE
    ]
    assert as_text({}) == ''
    several = WHOLE._replace(several=True)
    assert as_text({Path('a.mp4'): [several]}).endswith(SEVERAL)


def test_json_holds_everything(tmp_path):
    file = tmp_path / 'new/all.json'
    timeline = make_timeline('ab')
    write_predictions(file, {
        Path('a.mp4'): [WHOLE],
        Path('x.mp4'): timeline
    }, {'c.mp4': 'cannot be read'})
    assert json.loads(file.read_text()) == dict(
        note=NOTE,
        predictions=[p.to_dict() for p in (WHOLE, *timeline)],
        segments={
            'x.mp4': [
                dict(start=0, end=1.5, label='a', probability=0.4),
                dict(start=1.5, end=3, label='b', probability=0.6)
            ]
        },
        failed={'c.mp4': 'cannot be read'})


def test_lines_of_json_are_the_predictions(tmp_path):
    timeline = make_timeline('ab')
    write_predictions(tmp_path / 'all.jsonl', {Path('x.mp4'): timeline}, {})
    lines = (tmp_path / 'all.jsonl').read_text().splitlines()
    assert [json.loads(line) for line in lines
            ] == [prediction.to_dict() for prediction in timeline]


def test_csv_has_a_row_for_each_guess(tmp_path):
    write_predictions(tmp_path / 'all.csv', {
        Path('a.mp4'): [WHOLE],
        Path('x.mp4'): make_timeline('a')
    }, {})
    with open(tmp_path / 'all.csv', newline='') as file:
        header, *rows = csv.reader(file)
    assert header == [
        'video', 'start', 'end', 'label', 'rank', 'guess', 'probability',
        'logit'
    ]
    assert rows == [
        ['a.mp4', '', '', 'run', '1', 'run', '0.75', '3.0'],
        ['a.mp4', '', '', 'run', '2', 'sit, down', '0.25', '1.0'],
        ['x.mp4', '0', '2', 'a', '1', 'a', '0.4', '0.0'],
    ]
