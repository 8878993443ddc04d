"""Tables in Markdown, cell by cell."""
import math

import pytest

from projects.tc_clip.evaluation.scores import RowKey
from projects.tc_clip.evaluation.tables import (as_markdown, cell_text,
                                                markdown_table, our_rows,
                                                paper_rows, percentage,
                                                row_labels, row_name)


@pytest.mark.parametrize('value, text', [
    (None, '-'),
    (50., '50.0'),
    (53.25, '53.2'),
    ((53.06, 0.), '53.1 ± 0.0'),
    (16, '16'),
    ('4x3', '4x3'),
    ('', ''),
])
def test_cells(value, text):
    assert cell_text(value) == text


def test_percentages_are_numbers_for_plots():
    assert percentage((50., 2.)) == (50, 2) and percentage(50.) == (50, 0)
    assert math.isnan(percentage(None)[0])


def test_a_bar_in_a_cell_does_not_end_it():
    assert markdown_table(
        ['a|b', 'c'],
        [['1', '2'], ['', '|']
         ]) == ('| a\\|b | c |\n| --- | --- |\n| 1 | 2 |\n|  | \\| |')


@pytest.mark.parametrize('key, labels, name', [
    (RowKey(False, 0., 'Mine'), ('Mine', '', ''), 'Mine'),
    (RowKey(False, 0.3, 'Mine'), ('Mine', '✓ 0.3', ''), 'Mine, WE 0.3'),
    (RowKey(True, 0.5, 'Mine'), ('Mine', '✓ 0.5', '✓'), 'Mine, WE 0.5, LLM'),
])
def test_names_of_rows(key, labels, name):
    assert row_labels(key) == labels and row_name(labels) == name


def test_unknown_marks_of_the_paper_are_left_out_of_names():
    assert row_name(('ViFi-CLIP', '-', '-')) == 'ViFi-CLIP'


def test_a_page_has_a_table_warnings_and_what_was_tested(score):
    full = score._replace(
        protocol='fully_supervised', data_set='K-400', split='val')
    scores = [full, full._replace(seed=7, top1=52., views='4x3')]
    row, = our_rows('fully_supervised', scores)
    assert row.values == {
        'Top-1': 51,
        'Top-5': 90,
        'Frames': '16',
        'Views': '2x1, 4x3'
    }
    page = as_markdown('fully_supervised', scores,
                       paper_rows('fully_supervised')[-1:])
    title, table, *_, warning, tested, lists = page.strip().split('\n\n')
    assert title == '## Fully-supervised'
    assert table.splitlines() == [
        '| Source | Method | WE | LLM | Top-1 | Top-5 | Frames | Views |',
        '| --- | --- | --- | --- | --- | --- | --- | --- |',
        '| ours | TC-CLIP |  |  | 51.0 | 90.0 | 16 | 2x1, 4x3 |',
        '| paper | TC-CLIP | - |  | 85.2 | 96.9 | 16 | 4x3 |'
    ]
    assert warning == ('Warning: TC-CLIP: views: 2x1 in a.json, but 4x3 in '
                       'a.json')
    assert tested == 'What was tested:'
    start = '| TC-CLIP |  |  | K-400 | val | 10 | a.csv | 16 '
    assert lists.splitlines()[2:] == [
        f'{start}| 2x1 | 50.0 | 90.0 | 0 | a.pth |',
        f'{start}| 4x3 | 52.0 | 90.0 | 7 | a.pth |'
    ]


def test_broken_videos_are_shown_beside_the_length(score):
    page = as_markdown('zero_shot', [score._replace(broken=2)])
    assert '| HMDB-51 | 1 | 10 (2 broken) | a.csv |' in page


def test_every_table_says_which_epoch_was_tested(score):
    last = score._replace(checkpoint='w/epoch_10.pth')
    best = score._replace(
        checkpoint='w/best_acc_top1_epoch_7.pth', method='Mine')
    page = as_markdown('zero_shot', [last, best])
    assert ('Weights that were tested: Mine: best of the validations; '
            'TC-CLIP: epoch 10. Those of the official code are the best of '
            'its validations.') in page
