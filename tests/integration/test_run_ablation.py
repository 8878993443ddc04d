"""Ablation tables: what is run, what is skipped, and what is printed."""
import json
import os
import sys

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS

from .conftest import ROOT

sys.path.insert(0, str(ROOT / 'tools'))
try:
    import _ablation_costs as costs_module
    import _ablation_runs as runs
    import run_ablation as tool

    from projects.tc_clip.profiling.measure import multiply_adds
finally:
    sys.path.remove(str(ROOT / 'tools'))

ROW = "_base_ = '{{$BASE:none.py}}'\n"
FRAME_WISE = ROW + """model = dict(
    backbone=dict(reference=dict(_delete_=True, type='FrameWise')),
    cls_head=dict(prompt_layers=[]))
"""
# Stand-ins of the tools: a training notes its command line, leaves a
# checkpoint and fails in a row called so; a test finds 50 % and the seed.
TRAIN = """
import pathlib, sys
config, _, folder, *rest = sys.argv[1:]
folder = pathlib.Path(folder)
with open(folder / 'calls', 'a') as file:
    file.write(f'{rest} {(folder / "last_checkpoint").exists()}\\n')
checkpoint = folder / 'epoch_1.pth'
(folder / 'last_checkpoint').write_text(str(checkpoint))
if 'broken' in config:
    print(*range(100), sep='\\n')
    sys.exit('no such thing')
checkpoint.touch()
"""
TEST = """
import json, pathlib, sys
config, checkpoint, _, folder, *rest = sys.argv[1:]
assert pathlib.Path(checkpoint).is_file()
folder = pathlib.Path(folder) / '20250101_000000'
folder.mkdir(parents=True, exist_ok=True)
seed = int(rest[-1].rsplit('=')[-1])
(folder / 'a.json').write_text(json.dumps({'acc/top1': .5 + seed / 100}))
"""


@pytest.fixture
def tables(tmp_path):
    """A folder with a table of two rows, one of which the paper has."""
    folder = tmp_path / 'tables/temporal_model'
    folder.mkdir(parents=True)
    (folder / 'context_tokens.py').write_text(ROW)
    (folder / 'any_row.py').write_text(FRAME_WISE)
    return folder.parent


@pytest.fixture
def ablate(config, tables, tmp_path, monkeypatch):
    """Returns a function that runs a table as the command line says."""
    monkeypatch.setenv('BASE', '')  # restored afterwards
    monkeypatch.setenv('OMP_NUM_THREADS', '1')
    base = config()

    def call(*args):
        return tool.run_table(
            tool.parse_args([
                'temporal_model', *args, '--base',
                str(base), '--work-dir',
                str(tmp_path / 'work')
            ]), tables)

    return call


@pytest.fixture
def stand_ins(tmp_path, monkeypatch):
    """Replaces training, testing and measuring; returns the work dir."""
    for name, text in dict(train=TRAIN, test=TEST).items():
        (tmp_path / f'{name}.py').write_text(text)
    monkeypatch.setattr(runs, 'TOOLS', tmp_path)
    cost = tool.Cost(562.04, 3.21, 2.5 * 2**30, 4, 'float32')
    monkeypatch.setattr(tool, 'measure',
                        lambda rows, _: dict.fromkeys(rows, cost))
    return tmp_path / 'work/tiny_8/temporal_model'


def cells(page):
    """Returns the cells of a page's table, a list for each line."""
    lines = [line for line in page.splitlines() if line.startswith('|')]
    return [[cell.strip() for cell in line.strip('|').split('|')]
            for line in lines]


def result(top1, seed=0):
    settings = dict(seed=seed, epochs=12, options=[])
    return dict(accuracy={'Top-1': top1}, videos=96, settings=settings)


def test_costs_of_rows(tables, config, monkeypatch):
    monkeypatch.setenv('BASE', str(config()))
    monkeypatch.setattr(costs_module, 'step_memory', lambda *args: args[1:])
    monkeypatch.setattr(costs_module, 'RUNS', 1)
    rows = {p.stem: p for p in (tables / 'temporal_model').glob('*.py')}
    costs = costs_module.measure(rows, [])
    for name, path in rows.items():
        model = MODELS.build(runs.load_config(path, []).model).eval()
        with torch.no_grad():
            products = multiply_adds(
                lambda: model.backbone(torch.rand(1, 3, 8, 32, 32)))
        assert costs[name].gflops == pytest.approx(2e-9 * products)
        assert costs[name].views_per_second > 0
        assert costs[name].memory == ([], 8, 8, 'float32')
    assert costs['context_tokens'].gflops > costs['any_row'].gflops


@pytest.mark.slow
def test_a_table_from_end_to_end(config, run, tmp_path):
    """As a user runs it, with rows of configs/ablations."""
    page = run(sys.executable, ROOT / 'tools/run_ablation.py',
               'temporal_model', 'context_tokens', 'frame_wise', '--base',
               config(), '--epochs', '1', '--out', tmp_path / 'out')
    assert (tmp_path / 'out/temporal_model.md').read_text() in page
    assert 'param_scheduler.warmup=0`; epochs: 1; seeds: 0; ' in page
    assert 'last epoch: 16.' in page
    rows = cells(page)[2:]
    assert [row[0] for row in rows] == ['Frame-wise', 'Context tokens (TC)']
    figures = np.array([row[1:5] for row in rows], float)
    assert (figures[:, 1:] > 0).all() and figures[0, 1] < figures[1, 1]
    for name, row in zip(('frame_wise', 'context_tokens'), rows):
        folder = (
            tmp_path /
            f'work_dirs/ablations/tiny_8/temporal_model/{name}_seed0')
        assert (folder / 'epoch_1.pth').is_file()
        found, = folder.glob('test/*/*.json')
        share = json.loads(found.read_text())['acc/top1']
        assert row[1] == f'{100 * share:.1f}'
    used = (folder.parent / 'frame_wise_seed0/frame_wise.py').read_text()
    assert "type='FrameWise'" in used


def test_rows_are_in_order_and_done_ones_are_skipped(ablate, stand_ins,
                                                     tmp_path):
    page = ablate('--seeds', '0', '2')
    assert [row[:2] for row in cells(page)[2:]
            ] == [['Context tokens (TC)', '51.0 ± 1.0'],
                  ['any_row', '51.0 ± 1.0']]
    calls = stand_ins / 'any_row_seed2/calls'
    once = "['--resume', '--cfg-options', 'randomness.seed=2'] False\n"
    assert calls.read_text() == once
    assert ablate('--seeds', '0', '2') == page
    assert calls.read_text() == once
    # stopped before the test: goes on from the checkpoint
    (stand_ins / 'any_row_seed2/result.json').unlink()
    assert ablate('--seeds', '0', '2') == page
    assert calls.read_text() == once + once.replace('False', 'True')


def test_other_settings_are_run_anew(ablate, stand_ins, tables, monkeypatch,
                                     capsys):
    row = tables / 'temporal_model/any_row.py'
    row.write_text(f"{FRAME_WISE}shots = '{{{{$SHOTS:16}}}}'\n")

    def trainings(*args):
        ablate('any_row', *args)
        calls = (stand_ins / 'any_row_seed0/calls').read_text().splitlines()
        # no training goes on from the checkpoint of another
        assert all(call.endswith('False') for call in calls)
        return len(calls)

    options = '--cfg-options', 'model.cls_head.label_smooth_eps=0.1'
    assert trainings() == trainings() == 1
    assert 'as settings have changed' not in capsys.readouterr().err
    assert trainings('--epochs', '1') == 2
    assert 'as settings have changed' in capsys.readouterr().err
    assert trainings(*options) == 3
    monkeypatch.setenv('SHOTS', '2')
    assert trainings(*options) == 4
    row.write_text(row.read_text() + 'more = 1\n')
    assert trainings(*options) == trainings(*options) == 5


def test_a_failing_row_stops_with_its_last_lines(ablate, stand_ins, tables):
    (tables / 'temporal_model/broken.py').write_text(ROW)
    with pytest.raises(SystemExit) as raised:
        ablate()
    message = str(raised.value)
    assert 'train.py' in message and 'broken.py' in message
    assert message.endswith('\n98\n99\nno such thing')
    assert '\n70\n' not in message
    assert not (stand_ins / 'broken_seed0/result.json').exists()
    # rows before it are kept
    assert (stand_ins / 'any_row_seed0/result.json').is_file()


def test_unknown_rows_and_bases_are_named(ablate, stand_ins, monkeypatch):
    with pytest.raises(SystemExit, match='has no none, other. Its rows: any_'):
        ablate('none', 'any_row', 'other')
    args = tool.parse_args(['prompting', '--base', 'no/such.py'])
    with pytest.raises(SystemExit, match='no/such.py is not there'):
        tool.run_table(args)
    with pytest.raises(SystemExit):
        tool.parse_args(['prompting', '--epochs', '0'])


def test_bases(monkeypatch):
    monkeypatch.delenv('BASE', raising=False)

    def base(*args):
        path = tool.base_config(tool.parse_args(args))
        return os.path.relpath(path, ROOT / 'configs')

    assert base('components') == 'zero_shot/tcclip_k400.py'
    assert base('seed_ratio') == 'few_shot/tcclip_hmdb51.py'
    assert base('components', '--demo') == 'demo/tcclip_motion.py'
    monkeypatch.setenv('BASE', str(ROOT / 'configs/few_shot/tcclip_ssv2.py'))
    assert base('components') == 'few_shot/tcclip_ssv2.py'
    assert base('components', '--demo') == 'demo/tcclip_motion.py'


def test_warm_up_ends_before_a_short_training(config):
    path = config()  # warms up for an epoch
    assert runs.epoch_options(path, None) == []
    for epochs, warmup in ((1, 0), (2, 1), (9, 1)):
        assert runs.epoch_options(path, epochs) == [
            f'train_cfg.max_epochs={epochs}',
            f'param_scheduler.warmup={warmup}'
        ]


def test_accuracy_of_a_protocol(tmp_path):
    folder = tmp_path / 'test/20250301_000000'
    folder.mkdir(parents=True)
    older = tmp_path / 'test/20241231_000000'
    older.mkdir()
    (older / 'protocol_results.json').write_text('{}')
    entries = [(0., 'HMDB-51', 50), (0., 'HMDB-51', 54), (0., 'UCF-101', 80),
               (.3, 'HMDB-51', 60), (.3, 'HMDB-51', 60), (.3, 'UCF-101', 70)]
    keys = 'clip_share', 'data_set', 'top1'
    (folder / 'protocol_results.json').write_text(
        json.dumps(
            dict(results=[
                dict(zip(keys, entry), videos=10) for entry in entries
            ])))
    config = runs.Config(dict(test_cfg=dict(type='ProtocolTestLoop')))
    found = runs.read_test(tmp_path, config)
    assert found['videos'] == 30
    assert found['accuracy'] == {
        'HMDB-51': 52,
        'UCF-101': 80,
        'All': 66,
        'HMDB-51 (WE 0.3)': 60,
        'UCF-101 (WE 0.3)': 70,
        'All (WE 0.3)': 65
    }


def test_page():
    cost = tool.Cost(562.04, 3.21, 2.5 * 2**30, 16, 'bfloat16')
    results = dict(
        vp=[result(40., 3), result(44., 7)], mine=[result(1.),
                                                   result(1.)])
    page = tool.as_page('components', 'b.py', results,
                        dict(vp=cost, mine=cost))
    header, _, vp, mine = cells(page)
    assert header[:6] == [
        'Row', 'Top-1', 'GFLOPs', 'Views/s', 'Memory (MiB)', 'Paper: HMDB-51'
    ]
    assert vp == [
        '(b) +VP', '42.0 ± 2.0', '562', '3.2', '2560.0', '53.2 ± 0.8',
        '80.5 ± 0.7', '71.6 ± 0.9', '68.4', '53.4 ± 0.8', '82.0 ± 0.9',
        '74.7 ± 0.7', '70.0'
    ]
    assert mine == ['mine', '1.0 ± 0.0', *vp[2:5], *['-'] * 8]
    for part in ('`b.py`; epochs: 12; seeds: 3, 7 (mean ± standard deviation '
                 'of the population); ', 'last epoch: 96.',
                 '16 videos in bfloat16', "the paper's data at full size",
                 'zero-shot, from Kinetics-400'):
        assert part in page


@pytest.mark.parametrize('table, row, column, figure', [
    ('temporal_model', 'joint_space_time', 'first Δ', -3.8),
    ('temporal_model', 'context_tokens', 'third Δ', 2.3),
    ('components', 'tc', 'K600 (WE)', [75.5, 1.0]),
    ('seed_selection', 'key_norm_averaged', 'SSv2', 9.3),
    ('summarization', 'bipartite_saliency', 'HMDB-51', 62.4),
    ('position_bias', 'joint_bias', 'All', 54.3),
    ('seed_ratio', 'alpha_04', 'UCF-101', 90.4),
    ('context_tokens', 'k_064', 'HMDB-51', 63.7),
    ('prompting', 'late_fusion', 'UCF-101', [79.0, 0.7]),
])
def test_figures_of_the_paper(table, row, column, figure):
    values = {
        entry['row']: dict(zip(tool.PAPER[table]['columns'], entry['values']))
        for entry in tool.PAPER[table]['rows']
    }
    assert values[row][column] == figure


def paper_values(table):
    """Returns the paper's figures (rows, columns), without deviations."""
    return np.array(
        [[v[0] if isinstance(v, list) else v for v in row['values']]
         for row in tool.PAPER[table]['rows']], float)


@pytest.mark.parametrize('table', tool.NAMES)
def test_tables_of_the_paper_are_whole(table):
    columns = tool.PAPER[table]['columns']
    rows = tool.PAPER[table]['rows']
    assert all(len(row['values']) == len(columns) for row in rows)
    configs = sorted((ROOT / 'configs/ablations' / table).glob('*.py'))
    assert [path.stem for path in configs] == sorted(r['row'] for r in rows)
    if table != 'temporal_model':
        # each group of four columns ends with the mean of three, rounded
        values = paper_values(table).reshape(-1, 4)
        assert np.abs(values[:, :3].mean(1) - values[:, 3]).max() < 0.11


def test_tables_of_the_paper_agree_where_they_share_a_row():
    values = {
        name: {
            row['row']: row['values'][:4]
            for row in tool.PAPER[name]['rows']
        }
        for name in tool.NAMES
    }
    final = values['seed_selection']['cls_attention_averaged']
    for table, row in (('summarization', 'bipartite'), ('position_bias',
                                                        'space_bias'),
                       ('seed_ratio', 'alpha_03'), ('context_tokens',
                                                    'k_096')):
        assert values[table][row] == final
    for row, other in (('baseline', 'baseline'), ('tc_vp', 'context_tokens')):
        assert values['components'][row] == values['prompting'][other]
