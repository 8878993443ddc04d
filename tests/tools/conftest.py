"""Stand-ins of data sets, and the tool that prepares them."""
import shutil

import _prepare_lists
import numpy as np
import pytest

from projects.tc_clip.files import write_mp4
from tests.moving_shapes import config, inferencer, moving  # noqa: F401
from tests.tools.feature_runs import extract, videos  # noqa: F401

NAMES = dict(
    hmdb_51=['brush hair', 'kick'],
    ucf_101=['Archery', 'YoYo'],
    ssv2=['Closing something', 'Opening something', 'Moving it'],
    kinetics_400=['abseiling', 'air drumming', 'zumba'],
    kinetics_600=['abseiling', 'lawn mower racing', 'zumba'],
    kinetics_600_split1=['zumba', 'abseiling'])


@pytest.fixture(scope='session')
def video(tmp_path_factory):
    """A small video of noise, so that the file has a body."""
    path = tmp_path_factory.mktemp('video') / 'good.mp4'
    rng = np.random.default_rng(0)
    write_mp4(path, rng.integers(256, size=(40, 48, 64, 3), dtype=np.uint8),
              10)
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder above the data sets, with short lists of class names."""
    labels = tmp_path / 'labels'
    labels.mkdir()
    for name, names in NAMES.items():
        halves = {f'{name}_base': names[1:], f'{name}_novel': names[:1]}
        for file, part in {name: names, **halves}.items():
            rows = ''.join(f'{i},{text}\n' for i, text in enumerate(part))
            (labels / f'{file}.csv').write_text(f'id,name\n{rows}')
    monkeypatch.setattr(_prepare_lists, 'LABELS', labels)
    return tmp_path / 'data'


@pytest.fixture
def put(folder, video):
    """Puts copies of the video below the folder."""

    def put(*names):
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(video, folder / name)

    return put


@pytest.fixture
def write(folder):
    """Writes a text file below the folder."""

    def write(name, text):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


@pytest.fixture
def prepare(folder, run_tool, capsys):
    """Runs the tool; returns the exit status and what it prints."""
    run = run_tool('prepare_data')

    def prepare(*args):
        try:
            return 0, run(*args, '--data', folder).out
        except SystemExit as stop:
            return 1, f'{capsys.readouterr().out}{stop.code}'

    return prepare


@pytest.fixture
def ucf101(write, put):
    """UCF-101 with 17 training and 2 test videos of two classes."""
    train, test = ([
        f'{name}/v_{name}_g{i:02d}.avi' for name in NAMES['ucf_101']
        for i in numbers
    ] for numbers in (range(17), range(20, 22)))
    numbered = [f'{path} {1 + ("YoYo" in path)}\n' for path in train]
    write('ucf101/annotations/trainlist01.txt', ''.join(numbered))
    for split in (1, 2, 3):
        write(f'ucf101/annotations/testlist0{split}.txt', '\n'.join(test))
    put(*(f'ucf101/UCF-101/{path}' for path in train + test))
    return train, test
