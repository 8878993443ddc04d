"""MMAction2's commands on this project's configs, as a user types them."""
import re
import sys

import pytest
import torch
from _checkout import tools_folder
from mmengine.fileio import load

from projects.tc_clip.visualization.page_document import read_document
from tests.small import ROOT

TOOLS = ROOT / 'tools'


@pytest.fixture
def weights_file(request):
    """The checkpoint of the fixture `weights`, a name that is taken here."""
    return request.getfixturevalue('weights')


def accuracy(output):
    """Returns the last top-1 accuracy that a command printed."""
    return float(re.findall(r'acc/top1: ([\d.]+)', output)[-1])


def shown(folder):
    """Returns the videos of the page that a test wrote."""
    return read_document(folder / 'index.html')['videos']


def weights(folder, epoch=2):
    """Returns the state dict that a training saved."""
    return torch.load(folder / f'epoch_{epoch}.pth')['state_dict']


def test_train_test_and_class_names(config, run, tmp_path):
    path, work = config(), tmp_path / 'work'
    run(sys.executable, TOOLS / 'train.py', path, '--work-dir', work)
    meta = torch.load(work / 'epoch_2.pth')['meta']
    assert meta['dataset_meta']['classes'] == ['a', 'b', 'c', 'd']
    printed = run(sys.executable, TOOLS / 'test.py', path,
                  work / 'epoch_2.pth', '--work-dir', work, '--dump',
                  work / 'scores.pkl', '--show-dir', work / 'page')
    samples = load(work / 'scores.pkl')
    scores = torch.stack([sample['pred_score'] for sample in samples])
    assert scores.shape == (16, 4)
    torch.testing.assert_close(scores.sum(1), torch.ones(16))
    labels = torch.arange(16) % 4
    hits = (scores.argmax(1) == labels).float().mean().item()
    assert accuracy(printed) == pytest.approx(hits, abs=1e-4)
    best = [('abcd'[i], f'{n}.mp4') for n, i in enumerate(scores.argmax(1))]
    assert [(video['views'][0]['guesses'][0]['label'], video['name'])
            for video in shown(work / 'page')] == best


@pytest.mark.slow
def test_half_precision_gives_the_same_scores(config, weights_file, run,
                                              tmp_path):
    path, dumps = config(), [tmp_path / 'a.pkl', tmp_path / 'b.pkl']
    for dump, dtype in zip(dumps, ('float32', 'bfloat16')):
        printed = run(sys.executable, TOOLS / 'test.py', path, weights_file,
                      '--dtype', dtype, '--dump', dump)
        assert f'Precision of this test: torch.{dtype}' in printed
    whole, half = (
        torch.stack([s['pred_score'] for s in load(d)]) for d in dumps)
    assert half.dtype == torch.float32 and half.ne(whole).any()
    torch.testing.assert_close(half, whole, rtol=0, atol=0.05)


@pytest.mark.slow
def test_resume_equals_uninterrupted(config, run, tmp_path):
    path, whole, parts = config(), tmp_path / 'whole', tmp_path / 'parts'
    train = (sys.executable, TOOLS / 'train.py', path, '--work-dir')
    run(*train, whole)
    # Stopped after the first epoch: its checkpoint is all that is left.
    parts.mkdir()
    (parts / 'epoch_1.pth').write_bytes((whole / 'epoch_1.pth').read_bytes())
    (parts / 'last_checkpoint').write_text(str(parts / 'epoch_1.pth'))
    printed = run(*train, parts, '--resume')
    assert 'resumed epoch: 1' in printed
    assert 'dataset metainfo' not in printed
    expected, resumed = weights(whole), weights(parts)
    assert expected.keys() == resumed.keys()
    for key, value in expected.items():
        torch.testing.assert_close(resumed[key], value, rtol=0, atol=0)


@pytest.mark.slow
@pytest.mark.parametrize('folder', ['ours', 'installed'])
def test_two_processes(config, run, tmp_path, folder):
    tools = TOOLS if folder == 'ours' else tools_folder()
    work = tmp_path / 'work'
    run('bash', tools / 'dist_train.sh', config(4), 2, '--work-dir', work)
    checkpoint = work / 'epoch_2.pth'
    two = run('bash', tools / 'dist_test.sh', config(4), checkpoint, 2,
              '--show-dir', work / 'page')
    one = run(sys.executable, TOOLS / 'test.py', config(4), checkpoint)
    assert accuracy(one) == accuracy(two)
    names = [video['name'] for video in shown(work / 'page')]
    assert names == [f'{n}.mp4' for n in range(16)]


@pytest.mark.slow
def test_two_processes_on_a_stock_config(stock_config, run, tmp_path):
    """Importing the package is all that a CPU needs."""
    tools, work = tools_folder(), tmp_path / 'work'
    run('bash', tools / 'dist_train.sh', stock_config, 2, '--work-dir', work)
    checkpoint = work / 'epoch_1.pth'
    two = run('bash', tools / 'dist_test.sh', stock_config, checkpoint, 2)
    one = run(sys.executable, TOOLS / 'test.py', stock_config, checkpoint)
    assert accuracy(one) == accuracy(two)


@pytest.mark.slow
def test_tools_take_mmaction2s_options(run):
    """Ours only stand in front of the installed ones."""
    ours, theirs = (
        run(sys.executable, folder / 'train.py', '--help')
        for folder in (TOOLS, tools_folder()))
    assert ours == theirs and '--auto-scale-lr' in ours


@pytest.mark.parametrize('script, arguments, wanted', [
    ('train',
     ('CONFIG', '--amp'), 'tools/train.py CONFIG --launcher=slurm --amp'),
    ('test', ('CONFIG', 'FILE'), 'tools/test.py CONFIG FILE --launcher=slurm'),
])
def test_slurm_scripts_submit_the_tools(tmp_path, monkeypatch, run, script,
                                        arguments, wanted):
    (tmp_path / 'bin').mkdir()
    srun = tmp_path / 'bin/srun'
    srun.write_text('#!/bin/sh\necho srun "$@"\n')
    srun.chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path}/bin', prepend=':')
    printed = run('bash', TOOLS / f'slurm_{script}.sh', 'PARTITION', 'JOB',
                  *arguments)
    assert 'srun -p PARTITION --job-name=JOB --gres=gpu:8' in printed
    assert wanted in printed
