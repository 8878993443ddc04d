"""What is said about files that are not videos."""
import os

import cv2
import numpy as np
import pytest

from projects.tc_clip.datasets.decord_checks import UnreliableError
from projects.tc_clip.datasets.unreadable_files import (decoding_trouble,
                                                        trouble_of)


@pytest.mark.parametrize('content, reason, advice', [
    (b'', 'it is empty', 'copy or download it again'),
    (b'<html>404</html>', 'it is text, not a video',
     'copy or download it again'),
    (b'version https://git-lfs.github.com/spec/v1',
     'it is a pointer of git-lfs', 'run `git lfs pull`'),
    (b'RIFF\x10\0\0\0WEBPVP8 ', 'it is a picture (WebP)',
     'convert it to a video, such as MP4, or leave it out'),
])
def test_the_first_bytes_tell(tmp_path, content, reason, advice):
    path = tmp_path / 'a.mp4'
    path.write_bytes(content)
    assert trouble_of(str(path)) == (reason, advice)


@pytest.mark.parametrize('suffix, kind', [('png', 'PNG'), ('jpg', 'JPEG'),
                                          ('bmp', 'BMP')])
def test_pictures_have_many_suffixes(tmp_path, suffix, kind):
    path = str(tmp_path / f'a.{suffix}')
    cv2.imwrite(path, np.zeros((8, 8, 3), np.uint8))
    os.rename(path, tmp_path / 'a.mp4')
    found = trouble_of(str(tmp_path / 'a.mp4'))
    assert found.reason == f'it is a picture ({kind})'


def test_what_is_not_a_regular_file(tmp_path):
    path = str(tmp_path / 'none.mp4')
    assert trouble_of(path).reason == 'there is no such file'
    os.symlink('nowhere', path)
    assert trouble_of(path).reason == 'there is no such file'
    assert trouble_of(str(tmp_path)).reason == 'it is a folder'
    pipe = str(tmp_path / 'pipe.mp4')
    os.mkfifo(pipe)  # which blocks who opens it
    assert trouble_of(pipe).advice == 'save its content to a file'
    assert trouble_of(f'{tmp_path}/{"a" * 300}').reason == 'File name too long'
    assert trouble_of('a\0b').reason == 'embedded null byte'


@pytest.mark.skipif(os.geteuid() == 0, reason='root may read all files')
def test_files_without_permission(tmp_path):
    path = tmp_path / 'a.mp4'
    path.write_bytes(b'\0')
    path.chmod(0)
    assert trouble_of(str(path)) == ('Permission denied',
                                     'allow reading it (chmod +r)')


def test_videos_pass(own_video):
    assert trouble_of(own_video) is None


def test_errors_of_decoders():
    broken, other = RuntimeError('x'), UnreliableError('y')
    assert decoding_trouble(
        'RuntimeError: Error reading a...',
        broken) == ('it is cut off, damaged, or not a video',
                    'copy or download it again')
    assert decoding_trouble('RuntimeError: it has no video', broken).advice \
        == 'leave it out'
    assert decoding_trouble('DECORDError: x',
                            broken) == ('DECORDError: x', 're-encode the file')
    assert decoding_trouble('UnreliableError: y',
                            other).advice.startswith('install PyAV')
