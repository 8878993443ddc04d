"""Training and testing in several processes, and what ends them."""
import os
import subprocess
import sys
import time

import pytest
import torch
from mmengine.config import Config

from projects.tc_clip.visualization.page_document import read_document
from tests.integration.test_systems import Small, without_chance
from tests.integration.test_tools import accuracy, weights
from tests.small import CONFIGS, ROOT

TOOLS = ROOT / 'tools'
IMPORTS = dict(imports=['projects.tc_clip', 'tests.integration.process_hooks'])


@pytest.fixture
def made(videos, tmp_path):
    """TC-CLIP on 16 videos to train on, and 13 to test on."""
    lines = (videos / 'list.txt').read_text().splitlines(keepends=True)
    (tmp_path / 'odd.txt').write_text(''.join(lines[:13]))
    small = Small('TC-CLIP', videos, tmp_path)
    small.write(
        **without_chance(small.config),
        custom_imports=IMPORTS,
        custom_hooks=[dict(type='MeanLossHook')])
    for loop in ('val', 'test'):
        small.config[f'{loop}_dataloader'].dataset.ann_file = str(tmp_path /
                                                                  'odd.txt')
    return small


def losses(folder):
    return [float(line) for line in (folder / 'losses.txt').open()]


def page_of(file):
    """Returns the videos of a page, and what it says of the whole test."""
    page = read_document(file)
    tally = page['models'][0]['tally']
    return ([video['name'] for video in page['videos']],
            dict(tally, pairs=sorted(tally['pairs'])))


@pytest.mark.slow
def test_two_and_four_processes_equal_one(made, run, tmp_path):
    curves, scores, trained, pages = [], [], [], []
    for count in (1, 2, 4):
        path = made.write(
            f'{count}.py', train_dataloader=dict(batch_size=8 // count))
        work = tmp_path / f'work_{count}'
        run('bash', TOOLS / 'dist_train.sh', path, count, '--work-dir', work)
        curves.append(losses(work))
        trained.append(weights(work))
        # one model, so that only the number of processes differs
        checkpoint = tmp_path / 'work_1/epoch_2.pth'
        scores.append(
            accuracy(
                run('bash', TOOLS / 'dist_test.sh', path, checkpoint, count,
                    '--show-dir', work / 'page', '--interval', 2)))
        pages.append(page_of(work / 'page/index.html'))
    assert len(curves[0]) == 4
    for curve, state in zip(curves[1:], trained[1:]):
        assert curve == pytest.approx(curves[0], abs=2e-6)
        for key, value in trained[0].items():
            torch.testing.assert_close(
                state[key], value, rtol=0, atol=1e-5, msg=key)
    assert scores[0] == scores[1] == scores[2]
    assert len(pages[0][0]) == 7  # every second one of 13
    assert pages[0][1]['labelled'] == 13
    assert pages[0] == pages[1] == pages[2]


@pytest.mark.slow
@pytest.mark.parametrize('how, message', [
    ('raise', 'ValueError: the video of process 1 is odd'),
    ('exit', 'exitcode  : 7'),
])
def test_a_process_that_dies_ends_the_job(made, tmp_path, port, how, message):
    path = made.write(
        custom_hooks=[dict(type='FailingHook', how=how)],
        train_dataloader=dict(batch_size=4))
    environment = dict(os.environ, OMP_NUM_THREADS='1', PORT=port)
    environment['PATH'] = f'{os.path.dirname(sys.executable)}:' \
        f'{environment["PATH"]}'
    began = time.monotonic()
    done = subprocess.run(
        ['bash', TOOLS / 'dist_train.sh', path, '2', '--work-dir', tmp_path],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180)
    assert done.returncode != 0
    assert message in done.stdout + done.stderr
    assert time.monotonic() - began < 170  # a lost process would wait forever


def test_no_config_needs_unused_parameters():
    for path in sorted(CONFIGS.rglob('*.py')):
        assert 'find_unused_parameters' not in path.read_text(), path
    config = Config.fromfile(CONFIGS / 'tcclip_k400.py')
    assert 'model_wrapper_cfg' not in config
