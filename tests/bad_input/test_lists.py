"""Lists of videos, as training and testing read them."""
import pytest

from projects.tc_clip.datasets import VideoDataset
from tests.bad_input.cases import LISTS
from tests.bad_input.conftest import run_tool

LINES = dict(
    empty=b'',
    label=b'a.mp4 9\nb.mp4 1\n',
    negative=b'a.mp4 0\nb.mp4 -1\n',
    unlabelled=b'a.mp4 0\nb.mp4\n',
    comma=b'a.mp4 0\nb.mp4,1\n',
    encoding='a.mp4 0\n'.encode('utf-16'),
    crlf=b'a.mp4 0\r\nb.mp4 1\r\n',
    mark=b'\xef\xbb\xbfa.mp4 0\nb.mp4 1\n',
    blank=b'\na.mp4 0\n\n  \nb.mp4 1\n\n',
    twice=b'a.mp4 0\na.mp4 0\n',
    spaces=b'a b.mp4 0\nb.mp4 1\n')
BOTH = [('a.mp4', 0), ('b.mp4', 1)]
READ = dict(
    crlf=BOTH,
    mark=BOTH,
    blank=BOTH,
    twice=[('a.mp4', 0)] * 2,
    spaces=[('a b.mp4', 0), ('b.mp4', 1)])


@pytest.mark.parametrize('key', [key for key in LISTS if key != 'label'])
def test_training_reads_or_names_the_line(key, tmp_path):
    path = tmp_path / 'list.txt'
    if key in LINES:
        path.write_bytes(LINES[key])
    if key in READ:
        data = VideoDataset(str(path), [])
        videos = [(info['filename'], info['label'])
                  for info in map(data.get_data_info, range(len(data)))]
        assert videos == READ[key]
        return
    with pytest.raises((FileNotFoundError, ValueError)) as error:
        VideoDataset(str(path), [])
    message = LISTS[key].message.replace('LIST', str(path))
    assert str(error.value).startswith(message)
    assert LISTS[key].done.startswith('refused')


@pytest.mark.parametrize('key', ['label', 'missing'])
def test_a_test_ends_with_one_line(key, tiny, tmp_path):
    path = tmp_path / 'list.txt'
    if key in LINES:
        path.write_bytes(LINES[key])
    said = run_tool('test', tiny.config, tiny.weights, '--work-dir', tmp_path,
                    '--cfg-options',
                    f'test_dataloader.dataset.ann_file={path}')
    message = LISTS[key].message.replace('LIST', str(path))
    message = message.replace('FILE', tiny.video)
    assert said.splitlines()[-1].startswith(f'error: {message}')
    assert 'Traceback' not in said
