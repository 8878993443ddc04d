"""Ablation tables: what is run, what is skipped, and what is printed."""
import json
import sys

import _ablation_costs as costs_module
import _ablation_runs as runs
import numpy as np
import pytest
import run_ablation as tool
import torch
from mmaction.registry import MODELS

from projects.tc_clip.profiling.measure import multiply_adds
from tests.small import ROOT, table_cells

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
    cost = tool.Cost(3, 2, 562.04, 3.21, 2.5 * 2**30, 4, 'float32')
    monkeypatch.setattr(tool, 'measure',
                        lambda rows, _: dict.fromkeys(rows, cost))
    return tmp_path / 'work/tiny_8/temporal_model'


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
        sizes = [p.numel() for p in model.parameters()]
        assert costs[name].parameters == sum(sizes)
        # all but the token embedding
        assert costs[name].trained == sum(sizes) - max(sizes)
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
    rows = table_cells(page)[2:]
    assert [row[0] for row in rows] == ['Frame-wise', 'Context tokens (TC)']
    figures = np.array([row[1:7] for row in rows], float)
    assert (figures[:, 1:] > 0).all() and figures[0, 3] < figures[1, 3]
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
    assert [row[:2] for row in table_cells(page)[2:]
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
    with pytest.raises(SystemExit, match='no/such.py is neither a file'):
        tool.run_table(args)
    with pytest.raises(SystemExit):
        tool.parse_args(['prompting', '--epochs', '0'])


def test_warm_up_ends_before_a_short_training(config):
    path = config()  # warms up for an epoch
    assert runs.epoch_options(path, None) == []
    for epochs, warmup in ((1, 0), (2, 1), (9, 1)):
        assert runs.epoch_options(path, epochs) == [
            f'train_cfg.max_epochs={epochs}',
            f'param_scheduler.warmup={warmup}'
        ]


@pytest.mark.slow
def test_systems_from_end_to_end(run, videos, tmp_path):
    """CLIP itself, which is not trained, and one beside a teacher."""
    data = [
        f'{loop}_dataloader.dataset.{key}' for loop in ('train', 'val', 'test')
        for key in (f'ann_file={videos}/list.txt', 'data_root=None',
                    f'data_prefix.video={videos}')
    ]
    rows = table_cells(
        run(sys.executable, ROOT / 'tools/run_ablation.py', 'systems',
            'vanilla_clip', 'froster', '--demo', '--epochs', '1',
            '--cfg-options', *data))[2:]
    vanilla, froster = (row[1:7] for row in rows)
    assert vanilla[2] == '0' and vanilla[5] == '-'
    assert float(froster[5]) > 0
    folder = tmp_path / 'work_dirs/ablations/demo/systems'
    assert (folder / 'froster_seed0/epoch_1.pth').is_file()
    assert not (folder / 'vanilla_clip_seed0/train.log').exists()
