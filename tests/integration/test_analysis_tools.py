"""MMAction2's analysis tools on this project's configs, as a user runs them.

Those whose patches reach no other test run in this process, which has imported
already what takes a new one seconds.
"""
import json
import re
import sys

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib import pyplot
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.fileio import dump, load

from projects.tc_clip.compat import analysis_tools
from projects.tc_clip.files import write_mp4
from projects.tc_clip.profiling.measure import multiply_adds
from tests.small import ROOT

ANALYSE = ROOT / 'tools/analyse.py'


@pytest.fixture
def analyse(run_tool, monkeypatch):
    """Runs a tool in this process; returns what it prints."""
    run = run_tool('analyse')
    monkeypatch.setitem(sys.modules, 'seaborn', None)  # as if not installed

    def call(*command):
        with matplotlib.rc_context():
            return run(*command).out

    return call


@pytest.fixture
def predictions(tmp_path):
    """A dump of four videos of as many classes, of which one is wrong."""
    path = tmp_path / 'scores.pkl'
    scores = torch.eye(4)[[0, 1, 3, 3]]
    dump([
        dict(
            pred_score=score, pred_label=score.argmax(0, True), gt_label=true)
        for score, true in zip(scores,
                               torch.arange(4)[:, None])
    ], path)
    return path


@pytest.fixture
def log(tmp_path):
    """Returns a function that writes a log of epochs of four iterations.

    Like MMEngine's, with a line for every two iterations and one for each
    validation; the loss is 1 / iteration, the time grows with the epoch.
    """

    def write(iterations):
        lines = []
        for step in range(2, iterations + 1, 2):
            epoch = (step + 3) // 4
            lines.append(
                dict(loss=1 / step, time=0.5 * epoch, epoch=epoch, iter=step))
            if step % 4 == 0:
                lines.append({'acc/top1': 0.5, 'time': 9., 'step': epoch})
        path = tmp_path / 'scalars.json'
        path.write_text(''.join(f'{json.dumps(line)}\n' for line in lines))
        return path

    return write


def number(name, printed):
    """Returns the last number that stands behind a name."""
    return float(re.findall(rf'{name}:? ([\d.]+)', printed)[-1])


def test_unknown_tool(analyse, capsys):
    with pytest.raises(SystemExit):
        analyse('flops')
    message = capsys.readouterr().err
    assert len(analysis_tools.PATCHES) == 12
    assert all(name in message for name in analysis_tools.PATCHES)


def test_print_config(analyse):
    printed = analyse('print_config', ROOT / 'configs/tcclip_k400.py',
                      '--options', 'model.backbone.reference.num_tokens=48')
    assert 'num_tokens=48' in printed
    assert "type='TotalBatchSizeHook'" in printed  # of a base config


def test_get_flops(analyse, config):
    path = config()
    printed = analyse('get_flops', path, '--shape', 1, 3, 8, 32, 32)
    model = MODELS.build(Config.fromfile(path).model).eval()
    count = multiply_adds(lambda: model.backbone(torch.rand(1, 3, 8, 32, 32)))
    # MMEngine also counts 5 for every number that a layer norm puts out.
    assert number('Flops', printed) == pytest.approx(count / 1e6, rel=0.02)
    parameters = sum(p.numel() for p in model.parameters())
    assert number('Params', printed) == pytest.approx(
        parameters / 1e6, abs=1e-3)


def test_report_accuracy(analyse, predictions):
    printed = analyse('report_accuracy', '--preds', predictions,
                      '--coefficients', 1)
    assert number('Top 1 Accuracy', printed) == 0.75


def test_confusion_matrix_of_a_dump(analyse, config, predictions, tmp_path):
    names = tmp_path / 'names.txt'
    names.write_text('A long name of a class\n' * 4)
    matrix, figure = tmp_path / 'matrix.pkl', tmp_path / 'matrix.png'
    analyse('confusion_matrix', config(), predictions, '--label-file', names,
            '--out', matrix, '--show-path', figure)
    wanted = torch.diag(torch.tensor([1, 1, 0, 1]))
    wanted[2, 3] = 1
    torch.testing.assert_close(load(matrix), wanted)
    # Nothing is cut off: there is white all around.
    image = pyplot.imread(figure)[..., :3]
    edges = (image[0], image[-1], image[:, 0], image[:, -1])
    assert all((edge == 1).all() for edge in edges)


def test_training_time(analyse, log):
    printed = analyse('analyze_logs', 'cal_train_time', log(12))
    assert 'slowest epoch 3, average time is 1.5000' in printed
    assert number('average iter time', printed) == 1.


def test_curve_of_an_interrupted_run(analyse, log, tmp_path, monkeypatch):
    curves, plot = [], pyplot.plot

    def record(x, y, **options):
        curves.append((x, y))
        plot(x, y, **options)

    monkeypatch.setattr(pyplot, 'plot', record)
    analyse('analyze_logs', 'plot_curve', log(10), '--keys', 'loss', '--out',
            tmp_path / 'loss.png')
    (x, y), = curves
    np.testing.assert_allclose(x, [2, 4, 6, 8, 10])
    np.testing.assert_allclose(y, 1 / x)
    assert (tmp_path / 'loss.png').stat().st_size > 1000


@pytest.mark.slow
def test_checkpoint_and_log_of_a_training(config, run, tmp_path):
    path, work = config(4), tmp_path / 'work'
    scores, matrix = tmp_path / 'scores.pkl', tmp_path / 'matrix.pkl'
    run(sys.executable, ROOT / 'tools/train.py', path, '--work-dir', work)
    weights = work / 'epoch_2.pth'
    run(sys.executable, ROOT / 'tools/test.py', path, weights, '--dump',
        scores)
    run(sys.executable, ANALYSE, 'confusion_matrix', path, weights, '--out',
        matrix)
    printed = run(sys.executable, ANALYSE, 'report_accuracy', '--preds',
                  scores, '--coefficients', 1)
    counts = load(matrix)
    assert counts.sum() == 16
    assert number('Top 1 Accuracy', printed) == pytest.approx(
        counts.diagonal().sum().item() / 16, abs=1e-4)
    logs, = work.glob('*/vis_data/scalars.json')
    times = [json.loads(line) for line in logs.read_text().splitlines()]
    printed = run(sys.executable, ANALYSE, 'analyze_logs', 'cal_train_time',
                  logs, '--include-outliers')
    mean = np.mean([line['time'] for line in times if 'epoch' in line])
    assert number('average iter time', printed) == pytest.approx(
        mean, abs=1e-4)


@pytest.mark.slow
def test_benchmark(config, run):
    printed = run(sys.executable, ANALYSE, 'benchmark', config())
    assert 'Done video [10 / 2000]' in printed
    assert number('fps', printed) > 0


@pytest.mark.slow
def test_check_videos(config, run, tmp_path):
    noise = np.random.default_rng(0).integers(256, size=(30, 64, 64, 3))
    for name in ('whole.mp4', 'half.mp4', 'half.avi'):
        write_mp4(tmp_path / name, noise.astype(np.uint8), 10)
    for name in ('half.mp4', 'half.avi'):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[:len(whole) // 2])
    # Read as MMAction2 reads it, the AVI crashes decord. It can be read.
    names = ['whole.mp4', 'half.avi', 'half.mp4', 'missing.mp4']
    (tmp_path / 'list.txt').write_text(''.join(f'{n} 0\n' for n in names))
    data = 'train_dataloader.dataset'
    printed = run(sys.executable, ANALYSE, 'check_videos', config(), '--nproc',
                  2, '--output-file', 'bad.txt', '--cfg-options',
                  f'{data}.ann_file={tmp_path}/list.txt',
                  f'{data}.data_prefix.video={tmp_path}')
    assert 'Checked 4 videos, 2 are corrupted/missing.' in printed
    broken = (tmp_path / 'bad.txt').read_text().splitlines()
    assert sorted(broken) == [str(tmp_path / name) for name in names[2:]]
