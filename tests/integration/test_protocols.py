"""Each protocol end to end, on stand-ins of its data sets."""
import json
import os
import statistics
import sys

import pytest
from mmengine.fileio import load

from tests import small
from tests.small import ROOT, changed, save_clip

ARCH = changed(
    small.ARCH,
    vision=dict(image_size=224, layers=2, patch_size=56),
    text=dict(layers=2),
    quick_gelu=True)
CONFIG = """
_base_ = 'BASE'
model = dict(backbone=dict(
    arch=ARCH, pretrained='CLIP', reference=dict(num_tokens=8)),
    cls_head=dict(class_names='LABELS/NAMES.csv'))
test_cfg = dict(
    label_file='LABELS/PATTERN.csv', class_names='LABELS/NAMES.csv')
train_dataloader = dict(batch_size=4, num_workers=0)
val_dataloader = dict(
    batch_size=4, num_workers=0, persistent_workers=False)
test_dataloader = val_dataloader
train_cfg = dict(max_epochs=1)
param_scheduler = dict(warmup=0)
custom_hooks = [dict(type='TotalBatchSizeHook', total=8)]
optim_wrapper = dict(
    _delete_=True, type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=1e-3))
"""
LISTS = {
    'kinetics400': ['train', 'val'],
    'hmdb51': ['val_split1', 'val_split2', 'val_split3', 'train_2shot'],
    'ucf101': ['val_split1', 'val_split2', 'val_split3', 'train_2shot'],
    'kinetics600': ['val_split1', 'val_split2', 'val_split3'],
    'ssv2': ['val', 'train_2shot'],
}
HALVES = ['train_seed1', 'val_base', 'val_novel']


@pytest.fixture(scope='module')
def data(videos, tmp_path_factory):
    """Lays the videos out as docs/data.md says; lists differ in order."""
    root = tmp_path_factory.mktemp('data')
    lines = (videos / 'list.txt').read_text().splitlines()
    for folder, names in LISTS.items():
        (root / folder / 'base_to_novel').mkdir(parents=True)
        os.symlink(videos, root / folder / 'videos')
        names = names + [f'base_to_novel/{half}' for half in HALVES]
        for shift, name in enumerate(names):
            # every list has other labels, so that accuracies differ
            rows = [line.split() for line in lines[shift:]]
            text = ''.join(f'videos/{path} {(int(label) + shift) % 4}\n'
                           for path, label in rows)
            (root / folder / f'{name}.txt').write_text(text)
    (root / 'labels').mkdir()
    for names in (ROOT / 'configs/labels').glob('*.csv'):
        # four classes, so that even chance is seen
        text = ''.join(names.open().readlines()[:4])
        (root / 'labels' / names.name).write_text(text)
    return root


@pytest.fixture
def config(tmp_path, data, monkeypatch):
    """Returns a function that makes a protocol's config small."""
    monkeypatch.setenv('MMACTION_DATA', str(data))
    monkeypatch.setenv('SHOTS', '2')
    save_clip(tmp_path / 'clip.pt', ARCH)

    def write(base, names, pattern='{labels}'):
        path = tmp_path / f'small_{base.replace("/", "_")}'
        text = CONFIG.replace('BASE', str(ROOT / 'configs' / base))
        text = text.replace('ARCH', repr(dict(ARCH, _delete_=True)))
        text = text.replace('CLIP', str(tmp_path / 'clip.pt'))
        text = text.replace('LABELS', str(data / 'labels'))
        text = text.replace('PATTERN', pattern)
        path.write_text(text.replace('NAMES', names))
        return path

    return write


def train_and_test(config, run, tmp_path):
    """Returns what the test wrote, and the accuracy of every dump."""
    work = tmp_path / 'work'
    run(sys.executable, ROOT / 'tools/train.py', config, '--work-dir', work)
    printed = run(sys.executable, ROOT / 'tools/test.py', config,
                  work / 'epoch_1.pth', '--work-dir', work, '--dump',
                  tmp_path / 'scores.pkl')
    path, = work.glob('*/protocol_results.json')
    report = json.loads(path.read_text())
    results = report['results']
    file = 'scores_{data_set}_{split}_{clip_share}.pkl' if len(
        results) > 1 else 'scores.pkl'
    for result in results:
        dump = load(tmp_path / file.format(**result))
        hits = [
            int(s['pred_score'].argmax()) == int(s['gt_label']) for s in dump
        ]
        assert len(hits) == result['videos']
        assert result['top1'] == pytest.approx(
            100 * statistics.fmean(hits), abs=1e-6)
    table = path.with_suffix('.md').read_text()
    assert table.strip() in printed
    return report, table


def top1(report, data_set, share=0.):
    """Returns the top-1 of all splits of a data set."""
    return [
        r['top1'] for r in report['results']
        if (r['data_set'], r['clip_share']) == (data_set, share)
    ]


def our_cells(table):
    """Returns the cells of our rows, by column, a dict for each row."""
    lines = table.split('\n\n')[1].splitlines()
    header, _, *rows = ([cell.strip() for cell in line.split('|')[1:-1]]
                        for line in lines)
    return [dict(zip(header, row)) for row in rows]


def test_zero_shot(config, run, tmp_path):
    report, table = train_and_test(
        config('zero_shot/tcclip_k400.py', 'kinetics_400'), run, tmp_path)
    assert len(report['results']) == 18
    assert (report['frames'], report['views']) == (16, '2x1')
    assert report['rephrased'] is False
    for row, share in zip(our_cells(table), (0., 0.3)):
        assert row['WE'] == ('✓ 0.3' if share else '')
        means = []
        for name, column in (('HMDB-51', 'HMDB-51'), ('UCF-101', 'UCF-101'),
                             ('K600', 'K600 (Top-1)')):
            values = top1(report, name, share)
            means.append(statistics.fmean(values))
            deviation = statistics.pstdev(values)
            assert row[column] == f'{means[-1]:.1f} ± {deviation:.1f}'
        assert row['All (Top-1)'] == f'{statistics.fmean(means):.1f}'
    collected = run(sys.executable, ROOT / 'tools/collect_results.py',
                    tmp_path / 'work')
    lines = [line for line in table.splitlines() if '| ours |' in line]
    assert len(lines) == 2 and set(lines) < set(collected.splitlines())


@pytest.mark.slow
def test_base_to_novel_in_one_process_and_in_two(config, run, tmp_path):
    path = config('base_to_novel/tcclip_hmdb51.py', 'hmdb_51_base',
                  '{labels}_{split}')
    report, table = train_and_test(path, run, tmp_path)
    (base, ), (novel, ) = ([
        r['top1'] for r in report['results'] if r['split'] == half
    ] for half in ('base', 'novel'))
    mean = 2 * base * novel / (base + novel) if base * novel else 0
    row, = our_cells(table)
    columns = [f'HMDB-51 {column}' for column in ('Base', 'Novel', 'HM')]
    assert [row[column] for column in columns
            ] == [f'{value:.1f}' for value in (base, novel, mean)]
    assert row['SSv2 Base'] == row['All HM'] == '-'
    assert report['list_seed'] == 1
    run('bash', ROOT / 'tools/dist_test.sh', path,
        tmp_path / 'work/epoch_1.pth', 2, '--work-dir', tmp_path / 'two')
    two, = (tmp_path / 'two').glob('*/protocol_results.json')
    assert json.loads(two.read_text())['results'] == report['results']


@pytest.mark.slow
@pytest.mark.parametrize('name, data_set, names', [
    ('ucf101', 'UCF-101', 'ucf_101'),
    ('ssv2', 'SSv2', 'ssv2'),
])
def test_few_shot(config, run, tmp_path, name, data_set, names):
    report, table = train_and_test(
        config(f'few_shot/tcclip_{name}.py', names), run, tmp_path)
    result, = report['results']
    assert report['shots'] == 2 and result['labels'] == f'{names}.csv'
    row, = our_cells(table)
    assert row[f'{data_set} K=2'] == f'{result["top1"]:.1f}'
    assert row[f'{data_set} K=4'] == row['All'] == '-'


@pytest.mark.slow
def test_fully_supervised(config, run, tmp_path):
    report, _ = train_and_test(
        config('tcclip_k400.py', 'kinetics_400'), run, tmp_path)
    result, = report['results']
    assert (result['data_set'], result['videos']) == ('K-400', 15)
