"""docs/finetune.md from its first command to its last, on real mp4 files."""
import re
import shlex
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from projects.tc_clip.files import write_mp4
from tests.small import ROOT

FAST = ('--cfg-options train_cfg.max_epochs=2 param_scheduler.warmup=0 '
        'train_dataloader.num_workers=0 train_dataloader.persistent_workers=0 '
        'val_dataloader.num_workers=0 val_dataloader.persistent_workers=0 '
        'test_dataloader.num_workers=0 test_dataloader.persistent_workers=0')
SEVERAL = """
_base_ = {base!r}
from projects.tc_clip.datasets.recipes import with_several_labels
work_dir = 'work_dirs/several'
_base_.update(with_several_labels(_base_))
model = dict(cls_head=dict(logit_bias=0.))
"""


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with videos of two classes, whose frames are dark or bright."""
    monkeypatch.chdir(tmp_path)
    for name in 'configs', 'tools':
        (tmp_path / name).symlink_to(ROOT / name)
    rng, rows = np.random.default_rng(0), []
    for level, name in enumerate(('lights off', 'lights on')):
        for person in 'ann', 'bob', 'cid', 'dan', 'eve':
            noise = rng.integers(60, size=(12, 48, 64, 3)) + 190 * level
            path = f'{name}/{person}_1.mp4'
            (tmp_path / 'my_videos' / name).mkdir(parents=True, exist_ok=True)
            write_mp4(tmp_path / 'my_videos' / path, noise.astype(np.uint8),
                      10)
            rows.append(f'{path},{name}|seen\n')
    (tmp_path / 'my_videos/labels.csv').write_text(''.join(rows))
    small = ROOT / 'configs/finetune/tcclip_small.py'
    (tmp_path / 'several.py').write_text(SEVERAL.format(base=str(small)))
    return tmp_path


def small_command(line):
    """Returns a documented command for a small model and two epochs."""
    line = line.replace('\\\n', ' ').replace('python ', f'{sys.executable} ')
    line = line.replace('configs/finetune/tcclip_multilabel.py', 'several.py')
    line = line.replace(
        'finetune/tcclip.py',
        'finetune/tcclip_small.py --work-dir work_dirs/finetune/tcclip')
    return f'{line.strip()} {FAST}' if 'train.py' in line else line


def run(line):
    """Runs a command of the shell; returns what it prints."""
    done = subprocess.run(['bash', '-c', line],
                          text=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def prepare():
    """Lists the videos."""
    run(f'{sys.executable} tools/prepare_data.py folder my_videos '
        '--out data/mine')


@pytest.mark.slow
def test_the_documentation_runs(checkout, monkeypatch):
    monkeypatch.setenv('OMP_NUM_THREADS', '1')
    text = (ROOT / 'docs/finetune.md').read_text(encoding='utf-8')
    blocks = re.findall(r'^```bash\n(.*?)^```$', text, re.S | re.M)
    printed = {}
    for line in ''.join(blocks).splitlines():
        assert line.split('python ')[1].startswith('tools/')
        printed[line] = run(small_command(line))
    listed, _, _, predict, grouped, table, several = printed.values()
    assert [row.split()[-2:]
            for row in listed.splitlines()[:4]] == [['train', 'val'],
                                                    ['4', '1'], ['4', '1'],
                                                    ['8', '2']]
    assert predict.count('.mp4') == 10
    assert '5 groups, none on both sides' in grouped
    assert table.count('seen') == 1
    assert 'mean_average_precision: ' in several


@pytest.mark.slow
def test_two_processes(checkout, monkeypatch, port):
    """Both test the best epoch, and one writes the report of all videos."""
    monkeypatch.setenv('OMP_NUM_THREADS', '1')
    monkeypatch.setenv('MINE', 'data/mine')
    monkeypatch.setenv('PORT', port)
    prepare()
    script = (f'PATH={Path(sys.executable).parent}:$PATH '
              'bash tools/dist_train.sh configs/finetune/tcclip_small.py 2')
    run(f'{script} {FAST} train_dataloader.batch_size=4')
    report = checkout / 'work_dirs/finetune/tcclip_small/report'
    classes = (report / 'classes.csv').read_text().splitlines()
    assert [row[:-1]
            for row in classes[1:]] == ['lights off,1,', 'lights on,1,']


def test_what_training_leaves(checkout, monkeypatch):
    """The report, and a checkpoint that needs nothing else."""
    monkeypatch.setenv('OMP_NUM_THREADS', '1')
    monkeypatch.setenv('MINE', 'data/mine')
    prepare()
    run(small_command('python tools/train.py configs/finetune/tcclip.py'))
    work = checkout / 'work_dirs/finetune/tcclip'
    report = work / 'report'
    assert cv2.imread(str(report / 'confusion.png')) is not None
    classes = (report / 'classes.csv').read_text().splitlines()
    assert [row[:-1]
            for row in classes[1:]] == ['lights off,1,', 'lights on,1,']
    wrong = len((report / 'mistakes.csv').read_text().splitlines()) - 1
    assert (report / 'index.html').exists() == bool(wrong)
    best, = work.glob('best_*.pth')
    saved = torch.load(best, weights_only=False)['meta']
    assert saved['dataset_meta']['classes'] == ['lights off', 'lights on']
    video = shlex.quote('my_videos/lights on/ann_1.mp4')
    (checkout / 'data/mine/classes.txt').unlink()
    printed = run(
        f'{sys.executable} tools/predict.py {video} --checkpoint {best}')
    assert 'lights on' in printed and '%' in printed
