"""Bad videos, in one run of predict.py and one of test.py."""
import json
import os
import shutil

import cv2
import numpy as np
import pytest

from projects.tc_clip.files import write_mp4
from projects.tc_clip.profiling.odd_videos import encode, make_videos
from tests.bad_input.cases import VIDEOS
from tests.bad_input.conftest import run_tool

NAMES = dict(half='half.avi', name='a "b" 跑步 🏃.mp4')
NEED_PYAV = ('sound', 'half', 'one_frame', 'odd_size')
POINTER = b'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'
IN_TEST = [k for k, case in VIDEOS.items() if 'left out' in case.done]


def noise(path, width, height):
    """Writes a video of noise."""
    size = 16, height, width, 3
    rng = np.random.default_rng(0)
    write_mp4(path, rng.integers(256, size=size, dtype=np.uint8), 10)


def silence(path):
    """Writes a file with sound alone."""
    import av
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('aac', rate=16000, layout='mono')
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), 'fltp', 'mono')
        frame.sample_rate, frame.pts = 16000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode())


def picture(path):
    """Writes a picture with the suffix of a video."""
    path.write_bytes(cv2.imencode('.png', np.zeros((8, 8, 3)))[1].tobytes())


def forbidden(path):
    """Writes a file that nobody may read but root."""
    path.write_bytes(b'\0')
    path.chmod(0)


def writers(good):
    """Returns what writes the file of each key."""
    body = good.read_bytes()
    third, most = len(body) // 3, len(body) * 3 // 4
    hole = body[:third] + bytes(most - third) + body[most:]
    contents = dict(
        empty=b'',
        truncated=body[:third],
        damaged=hole,
        random=np.random.default_rng(0).bytes(3000),
        text=b'<html>404 not found</html>\n',
        pointer=POINTER)
    return dict(
        {
            key: lambda path, content=content: path.write_bytes(content)
            for key, content in contents.items()
        },
        missing=lambda path: None,
        half=lambda path: [*make_videos(path.parent, [path.name])],
        sound=silence,
        picture=picture,
        folder=lambda path: path.mkdir(),
        pipe=os.mkfifo,
        forbidden=forbidden,
        one_frame=lambda path: encode(path, seconds=[0.], b_frames=0),
        odd_size=lambda path: encode(
            path, pixels='yuv444p', size=(161, 119), b_frames=0),
        small=lambda path: noise(path, 8, 8),
        wide=lambda path: noise(path, 2000, 16),
        name=lambda path: shutil.copyfile(good, path))


@pytest.fixture(scope='module')
def paths(tmp_path_factory):
    """Writes the files; returns the path of each key."""
    folder = tmp_path_factory.mktemp('videos')
    good = folder / 'good.mp4'
    noise(good, 64, 48)
    made = {}
    for key, write in writers(good).items():
        if key in NEED_PYAV:
            try:
                import av  # noqa: F401
            except ImportError:
                continue
        made[key] = folder / NAMES.get(key, f'{key}.mp4')
        write(made[key])
    return made


def test_each_row_has_a_file(paths):
    assert {*paths} | {*NEED_PYAV} == {*VIDEOS}


@pytest.fixture(scope='module')
def predicted(paths, tiny, tmp_path_factory):
    """What predict.py says about all files, and writes; run once."""
    out = tmp_path_factory.mktemp('out') / 'out.json'
    with pytest.MonkeyPatch.context() as patch:
        # it refuses missing files and looks into folders before it starts
        patch.setattr('predict.find_videos', lambda found: found)
        said = run_tool('predict', *paths.values(), '--config', tiny.config,
                        '--checkpoint', tiny.weights, '--out', out)
    return said, json.loads(out.read_text())


@pytest.mark.parametrize('key', VIDEOS)
def test_predict(key, paths, predicted):
    case = VIDEOS[key]
    if key not in paths:
        pytest.skip('PyAV makes this video: pip install av')
    if key == 'forbidden' and os.geteuid() == 0:
        pytest.skip('root may read all files')
    path = str(paths[key])
    said, out = predicted
    scored = [item['video'] for item in out['predictions']]
    if case.done.startswith('left out'):
        start = case.message.replace('FILE', path)
        assert f'left out: {start}' in said
        assert out['failed'][path].startswith(start)
    else:
        assert path in scored and path not in out['failed']
    assert [*paths][-1] == 'name' and str(paths['name']) in scored


def test_a_test_goes_on_and_names_the_files(tiny, paths, tmp_path):
    listed = [paths[key] for key in IN_TEST if key in paths]
    lines = [f'{path} 1\n' for path in (*listed, tiny.video)]
    (tmp_path / 'list.txt').write_text(''.join(lines))
    said = run_tool('test', tiny.config, tiny.weights, '--work-dir',
                    tmp_path / 'work', '--cfg-options',
                    f'test_dataloader.dataset.ann_file={tmp_path}/list.txt')
    names = (tmp_path / 'work/broken_videos.txt').read_text().splitlines()
    assert [line.partition(': ')[0] for line in names] == [*map(str, listed)]
    assert 'acc/top1: ' in said
    assert said.strip().splitlines()[-1].endswith(
        f'{len(listed)} of {len(lines)} videos of this test cannot be read, '
        'and count as black clips: the figures are not those of the whole '
        f'list. {tmp_path}/work/broken_videos.txt names them.')
