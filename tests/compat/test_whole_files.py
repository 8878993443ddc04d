"""Files of MMEngine that are written completely or not at all."""
import errno

import mmengine
import pytest
import torch
from mmengine.fileio import get_file_backend
from mmengine.runner.checkpoint import save_checkpoint

from projects.tc_clip.compat.whole_files import WholeFileBackend


def test_mmengine_uses_it(tmp_path):
    backend = get_file_backend(str(tmp_path / 'a.pth'))
    assert type(backend) is WholeFileBackend
    save_checkpoint(dict(a=torch.arange(3)), str(tmp_path / 'new/a.pth'))
    assert torch.load(tmp_path / 'new/a.pth')['a'].tolist() == [0, 1, 2]
    mmengine.dump(dict(a='ü'), str(tmp_path / 'a.json'))
    assert mmengine.load(str(tmp_path / 'a.json')) == dict(a='ü')
    backend.put_text('ü', tmp_path / 'a.txt', 'latin-1')
    assert (tmp_path / 'a.txt').read_bytes() == b'\xfc'
    assert sorted(p.name
                  for p in tmp_path.iterdir()) == ['a.json', 'a.txt', 'new']


def test_a_full_disk_leaves_the_older_file_and_is_named(tmp_path, monkeypatch):
    path = tmp_path / 'epoch_1.pth'
    path.write_text('older')

    def full(descriptor):
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr('os.fsync', full)
    with pytest.raises(OSError) as error:
        save_checkpoint(dict(a=torch.arange(3)), str(path))
    assert str(error.value) == f"[Errno 28] No space left on device: '{path}'"
    assert [p.name for p in tmp_path.iterdir()] == ['epoch_1.pth']
    assert path.read_text() == 'older'
