"""All systems train, resume and test, in one process and in two."""
import json
import re
import runpy

import pytest
import torch
from mmengine.fileio import load

from tests.integration.test_tools import accuracy, weights
from tests.small import ROOT, save_clip
from tests.system_configs import (BESIDE_CLIP, SYSTEMS, save_start,
                                  system_config)

TOOLS = ROOT / 'tools'
SLOW = pytest.mark.slow
# Of these templates a training draws one; here it has no choice.
ONE_CHOICE = dict(
    action_clip=['a video of {}'], froster=['a video of {}', '{}'])
ALL = [
    pytest.param(name, marks=() if name == 'X-CLIP' else SLOW)
    for name in SYSTEMS
]


class Small:
    """A system's config on the videos of the tests, and its first weights.

    Args:
        system: its name.
        videos: their folder.
        folder: where files are written.
    """

    def __init__(self, system, videos, folder):
        self.folder = folder
        self.config = system_config(system)
        backbone = self.config.model.backbone
        if system in BESIDE_CLIP:
            backbone.pretrained = str(folder / 'clip.pt')
            save_clip(backbone.pretrained, backbone.arch)
        self.config.merge_from_dict(
            dict(
                train_cfg=dict(max_epochs=2, val_interval=2),
                randomness=dict(seed=0),
                default_hooks=dict(
                    checkpoint=dict(max_keep_ckpts=2),
                    logger=dict(interval=1)),
                load_from=str(folder / 'start.pth')))
        for loop, size in dict(train=8, val=2, test=1).items():
            loader = self.config[f'{loop}_dataloader']
            loader.update(
                batch_size=size, num_workers=0, persistent_workers=False)
            loader.dataset.update(
                data_root=None,
                ann_file=str(videos / 'list.txt'),
                data_prefix=dict(video=str(videos)))
        self.start = save_start(self.config, folder / 'start.pth')

    def write(self, name='system.py', **changes):
        """Writes the config with changes; returns the file."""
        self.config.merge_from_dict(changes)
        path = self.folder / name
        self.config.dump(path)
        return path


@pytest.fixture
def small(videos, tmp_path):
    """Returns a function that makes a small system."""
    return lambda system: Small(system, videos, tmp_path)


@pytest.fixture
def run_here(monkeypatch, capsys, tmp_path):
    """Returns a function that runs a tool in this process."""
    monkeypatch.chdir(tmp_path)

    def call(name, *arguments):
        monkeypatch.setattr('sys.argv', [name, *map(str, arguments)])
        runpy.run_path(str(TOOLS / name), run_name='__main__')
        return ''.join(capsys.readouterr())

    return call


def losses(folder):
    """Returns the losses that a training logged."""
    log, = folder.glob('*/vis_data/scalars.json')
    lines = map(json.loads, log.read_text().splitlines())
    return [line['loss'] for line in lines if 'loss' in line]


@pytest.mark.parametrize('system', ALL)
def test_trains_what_it_says_and_tests(small, run_here, tmp_path, system):
    made, work = small(system), tmp_path / 'work'
    path = made.write()
    run_here('train.py', path, '--work-dir', work)
    trained = weights(work)
    patterns = made.config.model.get('trainable') or [
        r'(?!cls_head\.text_encoder\.token_embedding)'
    ]
    chosen = {
        key
        for key in trained if any(
            re.match(pattern, key) for pattern in patterns)
    }
    changed = {
        key
        for key, value in trained.items() if not value.equal(made.start[key])
    }
    assert changed == chosen
    printed = run_here('test.py', path, work / 'epoch_2.pth', '--dump',
                       tmp_path / 'scores.pkl')
    scores = torch.stack(
        [sample['pred_score'] for sample in load(tmp_path / 'scores.pkl')])
    if made.config.model.cls_head.average_clips == 'prob':
        torch.testing.assert_close(scores.sum(1), torch.ones(16))
    hits = scores.argmax(1) == torch.arange(16) % 4
    assert accuracy(printed) == pytest.approx(
        hits.float().mean().item(), abs=1e-4)


@SLOW
@pytest.mark.parametrize('system', SYSTEMS)
def test_resume_equals_uninterrupted(small, run_here, tmp_path, system):
    path = small(system).write()
    whole, parts = tmp_path / 'whole', tmp_path / 'parts'
    train = ('train.py', path, '--work-dir')
    run_here(*train, whole)
    parts.mkdir()
    (parts / 'epoch_1.pth').write_bytes((whole / 'epoch_1.pth').read_bytes())
    (parts / 'last_checkpoint').write_text(str(parts / 'epoch_1.pth'))
    assert 'resumed epoch: 1' in run_here(*train, parts, '--resume')
    expected, resumed = weights(whole), weights(parts)
    assert expected.keys() == resumed.keys()
    assert not expected['backbone.proj'].isnan().any()
    for key, value in expected.items():
        assert resumed[key].equal(value), key
    assert losses(parts) == losses(whole)[2:]


@SLOW
@pytest.mark.parametrize('system', BESIDE_CLIP)
def test_checkpoints_before_and_after_averaging(small, run_here, tmp_path,
                                                system):
    made, work = small(system), tmp_path / 'work'
    path = made.write(
        train_cfg=dict(max_epochs=3),
        default_hooks=dict(checkpoint=dict(max_keep_ckpts=3)))
    run_here('train.py', path, '--work-dir', work)
    files = [work / f'epoch_{epoch}.pth' for epoch in (1, 2, 3)]
    # weights of the training's steps; the first epoch is not averaged
    first, second, third = (
        torch.load(file, weights_only=False)['ema_state_dict']
        for file in files)
    by_hand = {
        0: lambda key: first[key],
        2: lambda key: (second[key] + third[key]) / 2
    }
    for number, weight in by_hand.items():
        saved = torch.load(files[number], weights_only=False)
        saved['state_dict'] = {
            key: weight(f'module.{key}')
            for key in saved['state_dict']
        }
        torch.save(saved, tmp_path / 'by_hand.pth')
        scores = []
        for file in files[number], tmp_path / 'by_hand.pth':
            run_here('test.py', path, file, '--dump', tmp_path / 'scores.pkl')
            scores.append([
                sample['pred_score']
                for sample in load(tmp_path / 'scores.pkl')
            ])
        torch.testing.assert_close(*map(torch.stack, scores))


def without_chance(config):
    """Returns the changes after which a training draws no random numbers.

    The optimizer is SGD: Adam turns rounding of zero gradients into steps.

    Args:
        config: of a system.
    """
    changes = dict(
        train_dataloader=dict(
            dataset=dict(pipeline=config.val_dataloader.dataset.pipeline)),
        optim_wrapper=dict(optimizer=dict(_delete_=True, type='SGD', lr=0.1)),
        train_cfg=dict(max_epochs=2))
    templates = config.model.cls_head.get('templates')
    if templates in ONE_CHOICE:
        changes['model'] = dict(cls_head=dict(templates=ONE_CHOICE[templates]))
    return changes


@SLOW
@pytest.mark.parametrize('system',
                         [system for system in SYSTEMS if system != 'MAXI'])
def test_two_processes_equal_one(small, run, run_here, tmp_path, system):
    made = small(system)
    changes = without_chance(made.config)
    whole = made.write('whole.py', **changes)
    half = made.write('half.py', train_dataloader=dict(batch_size=4))
    one, two = tmp_path / 'one', tmp_path / 'two'
    run_here('train.py', whole, '--work-dir', one)
    run('bash', TOOLS / 'dist_train.sh', half, 2, '--work-dir', two)
    of_one, of_two = weights(one), weights(two)
    moved = 0
    for key, value in of_one.items():
        torch.testing.assert_close(
            of_two[key], value, rtol=0, atol=1e-5, msg=key)
        moved = max(moved, (value - made.start[key]).abs().max())
    assert moved > 5e-4
    if system in ('ActionCLIP',
                  'OST'):  # each process has the loss of all videos
        assert losses(two) == pytest.approx(losses(one), abs=1e-4)
    tested = run('bash', TOOLS / 'dist_test.sh', half, two / 'epoch_2.pth', 2)
    alone = run_here('test.py', whole, two / 'epoch_2.pth')
    assert accuracy(tested) == accuracy(alone)


@SLOW
def test_two_processes_of_maxi(small, run, run_here, tmp_path):
    """Each process compares its own videos, so the losses differ."""
    path = small('MAXI').write(train_dataloader=dict(batch_size=4))
    work = tmp_path / 'work'
    run('bash', TOOLS / 'dist_train.sh', path, 2, '--work-dir', work)
    assert len(losses(work)) == 4  # 16 videos, 2 epochs
    tested = run('bash', TOOLS / 'dist_test.sh', path, work / 'epoch_2.pth', 2)
    alone = run_here('test.py', path, work / 'epoch_2.pth')
    assert accuracy(tested) == accuracy(alone)
