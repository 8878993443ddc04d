"""Tables of results, from small files whose averages are worked out here."""
import json
from pathlib import Path

import pytest

from projects.tc_clip.evaluation.tables import read_paper

PAPER = read_paper('results')
ROWS = dict(zero_shot=15, few_shot=9, base_to_novel=10, fully_supervised=6)
SHOTS = 2, 4, 8, 16
FILE = '20250101_000000/protocol_results.json'


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes 'DATA_SET SPLIT TOP1, ...' as tools/test.py does."""
    monkeypatch.chdir(tmp_path)

    def write(work_dir, protocol, entries, time='20250101_000000', **other):
        result = dict(clip_share=0.0, labels='names.csv', videos=100, top5=99)
        result.update((k, other.pop(k)) for k in [*other] if k in result)
        run = dict(method='TC-CLIP', config='configs/a.py', seed=1024)
        run.update(frames=16, views='2x1', checkpoint=f'{work_dir}.pth')
        run.update(rephrased=False)
        run.update(protocol=protocol, results=[], **other)
        for data_set, split, top1 in map(str.split, entries.split(',')):
            run['results'].append(
                dict(result, data_set=data_set, split=split, top1=float(top1)))
        file = Path(work_dir, time, 'protocol_results.json')
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(run))
        return work_dir

    return write


@pytest.fixture
def collect(run_tool):
    """Runs the tool; returns what it prints, or why it exits."""
    run = run_tool('collect_results')

    def collect(*args, error=False):
        try:
            printed = run(*args)
        except SystemExit as exit:
            return exit.code
        return printed if error else printed.out

    return collect


def splits(*hmdb51, ucf101=(80, 80, 80), k600=(70, 70, 70)):
    """Entries for the top-1 of each split."""
    data_sets = {'HMDB-51': hmdb51, 'UCF-101': ucf101, 'K600': k600}
    return ','.join(f'{name} {split} {top1}'
                    for name, figures in data_sets.items()
                    for split, top1 in enumerate(figures, 1))


def tables(page):
    """Returns the rows of each table, as dicts."""
    blocks = [block for block in page.split('\n\n') if block[:1] == '|']
    for i, block in enumerate(blocks):
        header, _, *rows = ([cell.strip() for cell in line.split('|')[1:-1]]
                            for line in block.strip().splitlines())
        blocks[i] = [dict(zip(header, row)) for row in rows]
    return blocks


def ours(page):
    """Returns our rows of the first table."""
    return [row for row in tables(page)[0] if row['Source'] == 'ours']


def pick(row, columns, prefix=''):
    """Returns some cells of a row, as one string."""
    return ' '.join(row[f'{prefix}{column}'] for column in columns)


def test_zero_shot_means_deviations_and_all(write, collect):
    entries = splits(50, 50, 50, k600=(70, 73, 76))
    page = collect(
        write('a', 'zero_shot', entries, top5=90),
        write('b', 'zero_shot', 'HMDB-51 1 53, HMDB-51 1 59'),
        write('c', 'zero_shot', splits(60, 60, 63), clip_share=0.3))
    plain, ensemble = ours(page)
    # HMDB-51, split 1: (50 + 53 + 59) / 3 = 54; of 54, 50, 50: 4 sqrt(2) / 3
    # K600: sqrt(18 / 3); All: (51.33 + 80 + 73) / 3
    assert ' | '.join(plain.values()) == (
        'ours | TC-CLIP |  |  | 51.3 ± 1.9 | 80.0 ± 0.0 | 73.0 ± 2.4 | '
        '90.0 ± 0.0 | 68.1')
    assert [*plain][4:] == PAPER['zero_shot']['columns']
    columns = 'WE', 'HMDB-51', 'All (Top-1)'
    assert pick(ensemble, columns) == '✓ 0.3 61.0 ± 1.4 70.3'  # sqrt(2)
    assert 'population: divided by 3' in page


def test_what_is_incomplete_has_no_figure(write, collect):
    entries = splits(50, 52, 54, ucf101=(80, 80), k600=())
    page = collect(write('a', 'zero_shot', entries))
    columns = 'HMDB-51', 'UCF-101', 'K600 (Top-1)', 'All (Top-1)'
    assert pick(ours(page)[0], columns) == '52.0 ± 1.6 - - -'
    assert 'an average of which a part has none' in page
    # what there is of UCF-101 stands in the second table
    columns = 'Data set', 'Split', 'Top-1'
    rows = [pick(row, columns) for row in tables(page)[1]]
    assert rows[3:] == ['UCF-101 1 80.0', 'UCF-101 2 80.0']


def test_few_shot(write, collect):
    entries = {k: f'HMDB-51 1 {50 + k}, UCF-101 1 {80 + k / 2}' for k in SHOTS}
    dirs = [write(f'{k}', 'few_shot', entries[k], shots=k) for k in SHOTS]
    row, = ours(collect(*dirs))
    columns = [f'K={k}' for k in SHOTS]
    assert pick(row, columns, 'HMDB-51 ') == '52.0 54.0 58.0 66.0'
    assert pick(row, columns, 'SSv2 ') == '- - - -' and row['All'] == '-'
    for k in SHOTS:
        dirs.append(write(f's{k}', 'few_shot', f'SSv2 val {k / 2}', shots=k))
    # sums: 4 * 50 + 30, 4 * 80 + 15, 15; 580 / 12 = 48.33
    assert ours(collect(*dirs))[0]['All'] == '48.3'
    dirs.append(write('again', 'few_shot', 'SSv2 val 11', shots=16))
    # (8 + 11) / 2; 581.5 / 12 = 48.46
    assert pick(ours(collect(*dirs))[0], ('SSv2 K=16', 'All')) == '9.5 48.5'


def test_base_to_novel(write, collect):
    dirs = []
    for i in (1, 2, 3):
        entries = f'K-400 base {74 + 2 * i}, K-400 novel {62 - i}'
        dirs.append(write(f'k{i}', 'base_to_novel', entries, list_seed=i))
    page = collect(*dirs)
    row, = ours(page)
    columns = 'Base', 'Novel', 'HM'
    # of the averages 78 and 60: 2 * 78 * 60 / 138 = 67.83
    assert pick(row, columns, 'K-400 ') == '78.0 60.0 67.8'
    assert pick(row, columns, 'All ') == pick(row, columns, 'SSv2 ') == '- - -'
    base, novel = tables(page)[1]
    assert base['Seeds'] == '1024 (list 1), 1024 (list 2), 1024 (list 3)'
    assert pick(novel,
                ('Top-1', 'Checkpoints')) == '60.0 k1.pth, k2.pth, k3.pth'
    others = {'HMDB-51': (70, 50), 'UCF-101': (90, 80), 'SSv2': (20, 10)}
    for name, (b, n) in others.items():
        entries = f'{name} base {b}, {name} novel {n}'
        dirs.append(write(name, 'base_to_novel', entries))
    # 258 / 4 and 200 / 4, and the HM of these: not the mean of the four HMs
    assert pick(ours(collect(*dirs))[0], columns, 'All ') == '64.5 50.0 56.3'


def test_fully_supervised(write, collect):
    run = write('a', 'fully_supervised', 'K-400 val 85', top5=97, views='4x3')
    first, *_, last = tables(collect(run))[0]
    columns = 'Source', 'Method', 'Top-1', 'Top-5', 'Frames', 'Views'
    assert pick(first, columns) == 'ours TC-CLIP 85.0 97.0 16 4x3'
    assert pick(last, columns) == 'paper TC-CLIP 85.2 96.9 16 4x3'


def test_methods_and_rephrased_names_have_rows_of_their_own(write, collect):
    page = collect(
        write('a', 'fully_supervised', 'K-400 val 85', rephrased=True),
        write('b', 'fully_supervised', 'K-400 val 84'),
        write('c', 'fully_supervised', 'K-400 val 83', method='Mine'))
    rows = [pick(row, ('Method', 'LLM', 'Top-1')) for row in ours(page)]
    assert rows == ['Mine  83.0', 'TC-CLIP  84.0', 'TC-CLIP ✓ 85.0']
    assert 'Warning' not in page


def test_rephrased_rows_take_over_ssv2_as_in_the_paper(write, collect):
    """The paper's two rows of TC-CLIP agree there."""
    rows = [row['values'][8:12] for row in PAPER['few_shot']['rows']]
    assert rows[5] == rows[7]
    llm = dict(
        entries='HMDB-51 1 60, UCF-101 1 90', labels='llm.csv', rephrased=True)
    dirs = [write(f'llm{k}', 'few_shot', shots=k, **llm) for k in SHOTS]
    assert ours(collect(*dirs))[0]['All'] == '-'
    dirs += [write(f's{k}', 'few_shot', 'SSv2 val 9', shots=k) for k in SHOTS]
    page = collect(*dirs)
    assert pick(ours(page)[1], ('LLM', 'SSv2 K=8', 'All')) == '✓ 9.0 53.0'
    labels = [row['Labels'] for row in tables(page)[1] if row['LLM'] == '✓']
    assert labels == ['llm.csv'] * 8 + ['names.csv'] * 4


@pytest.mark.parametrize('key, values', [
    ('frames', (16, 8)),
    ('views', ('2x1', '4x3')),
    ('videos of SSv2 base', (100, 99)),
    ('labels of SSv2 base', ('names.csv', 'b.csv')),
    ('config of SSv2 base', ('a.py', 'b.py')),
])
def test_runs_that_disagree_are_named(write, collect, key, values):
    other = {key.split()[0]: values[1]}
    page = collect(
        write('a', 'base_to_novel', 'SSv2 base 9'),
        write('b', 'base_to_novel', 'SSv2 base 9, SSv2 novel 9', **other),
        write('c', 'base_to_novel', 'UCF-101 base 9', videos=5))
    # runs are compared in the order of the table's columns
    first = 'a' if 'SSv2' in key else 'c'
    assert [line for line in page.splitlines() if 'Warning' in line] == [
        f'Warning: TC-CLIP: {key}: {values[0]} in {first}/{FILE}, but '
        f'{values[1]} in b/{FILE}'
    ]


def test_json_names_are_plain_unless_the_run_says_otherwise(write, collect):
    """A user's own list may well be a .json file."""
    page = collect(
        write('a', 'fully_supervised', 'K-400 val 85', labels='mine.json'),
        write('b', 'fully_supervised', 'K-400 val 83', labels='mine.json'))
    row, = ours(page)
    assert pick(row, ('Method', 'LLM', 'Top-1')) == 'TC-CLIP  84.0'


def test_runs_of_earlier_versions_count_as_plain_names(write, collect):
    write('a', 'fully_supervised', 'K-400 val 85', labels='llm.json')
    content = json.loads(Path('a', FILE).read_text())
    del content['rephrased']
    Path('a', FILE).write_text(json.dumps(content))
    with pytest.warns(UserWarning, match=f'a/{FILE} does not say .*llm.json'):
        row, = ours(collect('a'))
    assert pick(row, ('Method', 'LLM', 'Top-1')) == 'TC-CLIP  85.0'


def test_the_newest_result_counts_and_others_can_be_named(write, collect):
    newest, oldest = '20250301_000000', '20241231_235959'
    for time, top1 in ((newest, 83), (oldest, 82)):
        write('a', 'fully_supervised', f'K-400 val {top1}', time)
    page, error = collect('a', error=True)
    assert ours(page)[0]['Top-1'] == '83.0'
    assert error == f'a: {newest} counts, 1 older left out\n'
    assert ours(collect(f'a/{oldest}'))[0]['Top-1'] == '82.0'
    # two arguments lead to the newest: it counts once
    page, error = collect('a', f'a/{newest}', f'a/{oldest}', error=True)
    assert ours(page)[0]['Top-1'] == '82.5'
    assert 'a: 2 tests count, as each is named' in error


def test_work_dirs_of_the_readme(write, collect, tmp_path):
    """README's steps also leave a demo, its log, and checkpoints."""
    for name in ('demo/tcclip_motion/epoch_12.pth', 'demo/frame_wise.log',
                 'tcclip_k400/epoch_30.pth',
                 'tcclip_k400/20241231_000000/20241231_000000.log'):
        path = tmp_path / 'work_dirs' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    write('work_dirs/tcclip_k400', 'fully_supervised', 'K-400 val 85')
    write('work_dirs/zero_shot/tcclip_k400', 'zero_shot', splits(50, 52, 54))
    matches = sorted(map(str, Path('work_dirs').glob('*/*')))
    assert len(matches) == 6
    page, error = collect(*matches, error=True)
    assert [row['Method'] for row in ours(page)] == ['TC-CLIP']
    assert '## Zero-shot' in page and '## Fully-supervised' in page
    assert error == (
        'left out, as no protocol_results.json is there: '
        'work_dirs/demo/frame_wise.log, work_dirs/demo/tcclip_motion, '
        'work_dirs/tcclip_k400/20241231_000000, '
        'work_dirs/tcclip_k400/epoch_30.pth\n')
    # one argument has to hold a result, and so has one of several
    for paths in (matches[:1], matches[:2]):
        message = collect(*paths)
        assert message.startswith('error: work_dirs/demo/frame_wise.log')
        assert 'tools/test.py CONFIG CHECKPOINT' in message


@pytest.mark.parametrize('where, key, value, message', [
    ('run', 'views', None, " lacks the key 'views'"),
    ('result', 'top5', None, ", results[0] lacks the key 'top5'"),
    ('run', 'results', [1], ", results[0] lacks the key 'clip_share'"),
    ('run', 'results', [], ': results is empty'),
    ('run', 'frames', '16', ": frames cannot be '16'"),
    ('run', 'protocol', 'two', "protocol 'two' must be one of zero_shot, few"),
    ('run', 'shots', 3, 'shots 3 must be one of 2, 4, 8, 16'),
    ('result', 'data_set', 'K600', "'K600' must be one of HMDB-51, UCF-101,"),
    ('result', 'top1', float('nan'), 'top1 nan must be from 0 to 100'),
    ('result', 'clip_share', 30, 'clip_share 30 must be from 0 to 1'),
])
def test_a_broken_result_is_named(write, collect, where, key, value, message):
    write('a', 'few_shot', 'SSv2 val 9', shots=2)
    run = json.loads(Path('a', FILE).read_text())
    target = run if where == 'run' else run['results'][0]
    target[key] = value
    if value is None:
        del target[key]
    Path('a', FILE).write_text(json.dumps(run))
    error = collect('a')
    assert error.startswith(f'error: a/{FILE}') and message in error


def test_other_errors(write, collect, tmp_path):
    error = collect(write('a', 'zero_shot', 'K600 4 70'))
    assert "split '4' must be one of 1, 2, 3" in error
    (tmp_path / 'a' / FILE).write_text('{"protocol": ')
    assert collect('a').startswith(
        f'error: a/{FILE} is not valid JSON (Expecting')
    good = write('b', 'fully_supervised', 'K-400 val 81')
    error = collect(good, '--out', f'b/{FILE}')
    assert error.startswith('error: ') and f'b/{FILE}' in error
    assert collect(good, 'none').startswith('error: none is not there')


@pytest.mark.filterwarnings('error')
def test_tables_and_plots_of_mixed_protocols(write, collect, tmp_path):
    dirs = [
        write('zs', 'zero_shot', 'HMDB-51 1 50'),
        write('fs', 'few_shot', 'HMDB-51 1 50', shots=2),
        write('b2n', 'base_to_novel', 'SSv2 base 17, SSv2 novel 13'),
        write('fully', 'fully_supervised', 'K-400 val 85')
    ]
    page = collect(*dirs)
    assert not [*tmp_path.rglob('*.md'), *tmp_path.rglob('*.png')]
    assert collect(*dirs, '--out', 'new/folder') == page
    out = tmp_path / 'new/folder'
    texts = {name: (out / f'{name}.md').read_text('utf-8') for name in ROWS}
    assert page == '\n'.join(texts.values()) + '\n'
    for name, text in texts.items():
        sources = [row['Source'] for row in tables(text)[0]]
        assert sources == ['ours'] + ['paper'] * ROWS[name]
        content = (out / f'{name}.png').read_bytes()
        assert content[:8] == b'\x89PNG\r\n\x1a\n'
