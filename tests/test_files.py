"""Files that are either complete or not there, hashes and videos."""
import hashlib
import json
import os

import cv2
import numpy as np
import pytest

from projects.tc_clip.files import (naming, read_text, replacing, sha256,
                                    staged, write_json, write_mp4, write_text)


def test_a_file_is_replaced_when_it_is_complete(tmp_path):
    path = tmp_path / 'new/folder/a.json'
    write_json(path, dict(a='old'))
    with replacing(path) as unfinished:
        unfinished.write_text('new')
        assert path.read_text() == '{\n  "a": "old"\n}\n'
    assert path.read_text() == 'new'
    assert [*path.parent.iterdir()] == [path]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / 'a.txt'
    path.write_text('old')
    with pytest.raises(RuntimeError, match='no space'):
        with replacing(path) as unfinished:
            unfinished.write_text('half of the ')
            raise RuntimeError('no space')
    assert path.read_text() == 'old'
    assert [*tmp_path.iterdir()] == [path]


def test_text_is_utf8_and_folders_are_made(tmp_path):
    path = tmp_path / 'new/a.md'
    write_text(path, '✓ ±')
    assert path.read_bytes() == '✓ ±'.encode()


def test_json_keeps_names_of_files_that_are_not_utf8(tmp_path):
    name = os.fsdecode(b'caf\xe9.mp4')
    write_text(tmp_path / 'a.json', json.dumps([name], ensure_ascii=False))
    assert json.loads((tmp_path / 'a.json').read_text('utf-8')) == [name]


def test_text_is_read_without_a_byte_order_mark(tmp_path):
    path = tmp_path / 'a.txt'
    path.write_bytes(b'\xef\xbb\xbfa')
    assert read_text(path) == 'a'
    path.write_bytes(b'\xff')
    with pytest.raises(ValueError, match=f'^{path} is not UTF-8 .*: save it'):
        read_text(path)


@pytest.mark.parametrize(
    'content',
    [
        b'',
        b'abc',
        bytes(range(256)) * 8193  # more than two blocks
    ])
def test_hashes_of_files_of_any_size(tmp_path, content):
    path = tmp_path / 'a.bin'
    path.write_bytes(content)
    assert sha256(path) == hashlib.sha256(content).hexdigest()


def test_a_known_hash(tmp_path):
    (tmp_path / 'a').write_bytes(b'abc')
    assert sha256(tmp_path / 'a') == ('ba7816bf8f01cfea414140de5dae2223'
                                      'b00361a396177a9cb410ff61f20015ad')


def test_videos_have_the_colours_size_and_rate_of_their_frames(tmp_path):
    frames = np.zeros((6, 48, 64, 3), np.uint8)
    frames[:, :, :32, 0] = 200  # red on the left
    frames[:, :, 32:, 2] = 200  # blue on the right
    write_mp4(tmp_path / 'a.mp4', iter(frames), 12)
    video = cv2.VideoCapture(str(tmp_path / 'a.mp4'))
    assert video.get(cv2.CAP_PROP_FPS) == 12
    decoded = np.stack([video.read()[1][..., ::-1] for _ in frames])
    assert not video.read()[0]
    gap = np.abs(decoded.astype(int) - frames)[:, :,
                                               [*range(28), *range(36, 64)]]
    assert gap.mean() < 4 and gap.max() < 40


def test_videos_that_cannot_be_written_are_named(tmp_path):
    frame = np.zeros((1, 32, 32, 3), np.uint8)
    with pytest.raises(OSError, match='none/a.mp4 cannot be written'):
        write_mp4(tmp_path / 'none/a.mp4', frame, 10)
    with pytest.raises(ValueError, match='a.mp4: there is no frame to write'):
        write_mp4(tmp_path / 'a.mp4', [], 10)


def test_files_beside_a_file_come_with_it(tmp_path):
    (tmp_path / 'model.onnx').write_text('older')
    with staged(tmp_path / 'model.onnx') as unfinished:
        unfinished.write_text('newer')
        unfinished.with_name('model.onnx.data').write_text('weights')
        assert (tmp_path / 'model.onnx').read_text() == 'older'
    assert {
        f.name: f.read_text()
        for f in tmp_path.iterdir()
    } == {
        'model.onnx': 'newer',
        'model.onnx.data': 'weights'
    }
    with pytest.raises(KeyError), staged(tmp_path / 'model.onnx') as again:
        again.write_text('wrong')
        raise KeyError
    assert (tmp_path / 'model.onnx').read_text() == 'newer'
    assert len([*tmp_path.iterdir()]) == 2


def test_errors_name_the_file_that_the_user_knows(tmp_path):
    known, hidden = tmp_path / 'a.txt', tmp_path / '.a.tmp'
    for error, named in ((OSError(28, 'No space'),
                          known), (OSError(13, 'No', str(hidden)), known),
                         (OSError(2, 'No', 'other'), 'other')):
        with pytest.raises(OSError) as found, naming(known, hidden):
            raise error
        assert str(found.value).endswith(f"'{named}'")
