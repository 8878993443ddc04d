"""What is said about files that hold no weights."""
import pickle
import zipfile

import pytest
import torch
from safetensors.torch import load_file

from projects.tc_clip.clip.damaged_files import damage, naming_damage


def save(path, content):
    """Writes bytes; returns the path."""
    path.write_bytes(content)
    return path


@pytest.mark.parametrize('content, message', [
    (b'', 'is empty: copy or download it again'),
    (b'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
     'is a pointer of git-lfs, not the file that it stands for: run `git lfs '
     'pull`'),
    (b'\n<!DOCTYPE html><html>', 'is a web page, which was saved in place of '
     'the file: download the file itself'),
    (b'PK\x03\x04 and no end',
     'is cut off or damaged: copy or download it again'),
    (b'other', ''),
])
def test_the_first_bytes_tell(tmp_path, content, message):
    path = save(tmp_path / 'a.pth', content)
    assert damage(path) == message
    if message:
        with pytest.raises(ValueError) as error, naming_damage(path):
            raise AssertionError('the file is read')
        assert str(error.value) == f'{path} {message}'


def test_intact_files_pass(tmp_path):
    path = tmp_path / 'a.pth'
    for new_format in (True, False):
        torch.save([1], path, _use_new_zipfile_serialization=new_format)
        assert damage(path) == ''
        with naming_damage(path):
            assert torch.load(path) == [1]


def test_archives_that_fill_the_memory(tmp_path):
    path, size = tmp_path / 'a.pth', 2 * 10**8
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as \
            archive:
        with archive.open('data/0', 'w') as file:
            for _ in range(10):
                file.write(bytes(size // 10))
    assert damage(path) == (
        'unpacks to 200000000 bytes, more than the file has, which torch.save '
        'does not write: get the file from its source')


@pytest.mark.parametrize('content', [b'text', b'\x80\x02}q\x00(', b'(' * 99])
@pytest.mark.parametrize('read', [torch.load, load_file])
def test_errors_of_readers_become_one_line(tmp_path, read, content):
    path = save(tmp_path / 'a.pth', content)
    with pytest.raises(ValueError) as error, naming_damage(path):
        read(path)
    assert str(error.value) == (
        f'{path} is not a file of weights, or damaged: copy or download it '
        'again')
    assert error.value.__cause__ is not None


@pytest.mark.parametrize('text', [
    'Unsupported global: GLOBAL posix.system was not an allowed global',
    'The file names posix.system, which weights do not need',
])
def test_the_refusal_of_a_pickle_is_kept(tmp_path, text):
    path = save(tmp_path / 'a.pth', b'x')
    with pytest.raises(pickle.UnpicklingError) as error, naming_damage(path):
        raise pickle.UnpicklingError(text)
    assert str(error.value) == (
        f'{path} is not loaded: it names posix.system, which weights do not '
        'need and which could run any code')


def test_files_that_cannot_be_opened(tmp_path):
    with pytest.raises(FileNotFoundError, match='none.pth'):
        with naming_damage(tmp_path / 'none.pth'):
            pass
