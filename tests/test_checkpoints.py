"""Best and last checkpoints of a work dir; both are one word away."""
import sys

import _checkout
import pytest
import torch

from projects.tc_clip.checkpoints import (checkpoint_of_config, mend_record,
                                          trained_checkpoint)


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """A config whose training left three checkpoints."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / 'work'
    folder.mkdir()
    for name in ('epoch_49', 'epoch_50', 'best_acc_top1_epoch_31'):
        (folder / f'{name}.pth').touch()
    (folder / 'last_checkpoint').write_text(str(folder / 'epoch_50.pth'))
    (tmp_path / 'config.py').write_text("work_dir = 'work'\n")
    return folder


def test_best_and_last(trained):
    assert trained_checkpoint(trained, 'last').name == 'epoch_50.pth'
    best = trained / 'best_acc_top1_epoch_31.pth'
    assert trained_checkpoint(trained, 'best') == best
    assert checkpoint_of_config('config.py', 'best').resolve() == best


def test_a_config_without_work_dir(trained, tmp_path):
    (tmp_path / 'plain.py').write_text('x = 1\n')
    with pytest.raises(FileNotFoundError, match='work_dirs/plain has no best'):
        checkpoint_of_config('plain.py', 'best')
    trained.rename(tmp_path / 'elsewhere')
    (tmp_path / 'work_dirs').mkdir()
    (tmp_path / 'elsewhere').rename(tmp_path / 'work_dirs/plain')
    assert checkpoint_of_config('plain.py', 'best').is_file()


def test_what_cannot_be_found_is_named(trained, tmp_path):
    with pytest.raises(FileNotFoundError, match='no last checkpoint: train'):
        trained_checkpoint(tmp_path, 'last')
    with pytest.raises(ValueError, match="'first' must be one of best, last"):
        trained_checkpoint(trained, 'first')
    (trained / 'best_acc_top5_epoch_2.pth').touch()
    with pytest.raises(ValueError, match='has 2 best checkpoints, best_acc_t'):
        trained_checkpoint(trained, 'best')


def test_the_tools_take_the_words_in_place_of_a_file(trained):
    full = _checkout.full_arguments
    for rule, name in (('best', 'best_acc_top1_epoch_31'), ('last',
                                                            'epoch_50')):
        config, file, *rest = full(['config.py', rule, '--work-dir', 'best'])
        assert file.endswith(f'/{name}.pth') or file == f'work/{name}.pth'
        assert config == 'config.py' and rest == ['--work-dir', 'best']
    assert full(['config.py', 'a.pth', '8']) == ['config.py', 'a.pth', '8']
    (trained / 'best_acc_top1_epoch_31.pth').unlink()
    with pytest.raises(SystemExit, match='error: work has no best checkpoint'):
        full(['config.py', 'best'])


def test_a_tool_gets_the_file(trained, monkeypatch):
    called = []
    monkeypatch.setattr('projects.tc_clip.cli.run_script', called.append)
    monkeypatch.setattr(sys, 'argv', ['test.py', 'config.py', 'best'])
    _checkout.run_tool('test.py')
    assert called[0].name == 'test.py'
    assert sys.argv[2].endswith('best_acc_top1_epoch_31.pth')


def test_files_of_the_hub_are_found_first(trained, hub):
    snapshot = hub('me/model', trained / 'epoch_50.pth')
    full = _checkout.full_arguments
    name = 'hf://me/model/epoch_50.pth'
    assert full(['config.py', name,
                 '8']) == ['config.py',
                           str(snapshot / 'epoch_50.pth'), '8']
    for wrong in ('hf://me/other/a.pth', 'hf://me'):
        with pytest.raises(SystemExit, match=f'^error: .*{wrong}.* hub'):
            full(['config.py', wrong])


def write_checkpoints(folder, *epochs):
    """Writes small checkpoints, and a record of the last one."""
    for epoch in epochs:
        torch.save(
            dict(epoch=epoch, a=torch.rand(999)),
            folder / f'epoch_{epoch}.pth')
    (folder / 'last_checkpoint').write_text(str(folder / f'epoch_{epoch}.pth'))


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


@pytest.mark.parametrize('harm, expected', [
    (lambda folder: None, 10),
    (lambda folder: (folder / 'last_checkpoint').write_text(''), 10),
    (lambda folder: (folder / 'last_checkpoint').unlink(), 10),
    (lambda folder: (folder / 'epoch_10.pth').unlink(), 9),
    (lambda folder: cut(folder / 'epoch_10.pth'), 9),
    (lambda folder: damage(folder / 'epoch_10.pth'), 9),
    (lambda folder: (cut(folder / 'epoch_10.pth'),
                     (folder / 'epoch_9.pth').write_text('')), 2),
])
def test_the_record_names_the_newest_whole_checkpoint(tmp_path, harm,
                                                      expected):
    write_checkpoints(tmp_path, 2, 9, 10)
    (tmp_path / '.epoch_11.pth.0123abcd.tmp').write_text('half')
    (tmp_path / 'best_acc_top1_epoch_11.pth').write_text('')
    harm(tmp_path)
    mend_record(tmp_path)
    named = (tmp_path / 'last_checkpoint').read_text()
    assert named == str(tmp_path / f'epoch_{expected}.pth')
    assert not (tmp_path / '.epoch_11.pth.0123abcd.tmp').exists()


def test_a_folder_that_was_moved_can_be_resumed(tmp_path):
    (tmp_path / 'old').mkdir()
    write_checkpoints(tmp_path / 'old', 1, 2)
    moved = (tmp_path / 'old').rename(tmp_path / 'new')
    mend_record(moved)
    assert (moved / 'last_checkpoint').read_text() == str(moved /
                                                          'epoch_2.pth')


def test_nothing_that_can_be_resumed_is_an_error(tmp_path):
    mend_record(tmp_path)  # a new training
    write_checkpoints(tmp_path, 1)
    cut(tmp_path / 'epoch_1.pth')
    with pytest.raises(FileNotFoundError, match='has no checkpoint that can'):
        mend_record(tmp_path)
