"""Bad files of weights, in every tool that reads weights."""
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.bad_input.cases import WEIGHTS
from tests.bad_input.conftest import CLASSES, run_tool
from tests.small import ARCH, make_model, save_clip

# What is wrong with the file itself, whatever a tool wants of it.
DAMAGED = [
    'empty', 'truncated', 'random', 'page', 'pointer', 'bomb', 'pickle',
    'old_pickle', 'list'
]
# A conversion takes the tensors of such files, and runs nothing.
PICKLES = 'pickle', 'old_pickle'
UNSAFE = 'UNSAFE'  # a file that the payload would make


class Payload:
    """Makes a file when it is unpickled by a reader that trusts files."""

    def __reduce__(self):
        return os.mkdir, (UNSAFE, )


def bomb(path):
    """Writes an archive that unpacks to 200 MB."""
    with zipfile.ZipFile(
            path, 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr('data.pkl', b'')
        with archive.open('data/0', 'w') as file:
            for _ in range(20):
                file.write(bytes(10**7))


def contents(good):
    """Returns what each file holds, bytes or an object to save."""
    whole = good.read_bytes()
    saved = torch.load(good, weights_only=True)
    state = saved['state_dict']
    payload = dict(saved, meta=dict(x=Payload()))
    nan = {
        k: x * np.nan if x.is_floating_point() else x
        for k, x in state.items()
    }
    return dict(
        empty=b'',
        truncated=whole[:len(whole) // 2],
        random=np.random.default_rng(0).bytes(3000),
        page=b'<!DOCTYPE html><html>404</html>',
        pointer=b'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
        pickle=payload,
        old_pickle=payload,
        list=[1],
        nothing={},
        arch=dict(state_dict=make_model().state_dict()),
        nan=dict(state_dict=nan),
        classes=dict(
            saved, meta=dict(dataset_meta=dict(classes=['w', 'x', 'y', 'z']))))


@pytest.fixture(scope='module')
def files(tiny, tmp_path_factory):
    """Writes the files; returns the path of each key."""
    folder = tmp_path_factory.mktemp('weights')
    made = {key: folder / f'{key}.pth' for key in WEIGHTS}
    made['folder'].mkdir()
    bomb(made['bomb'])
    for key, content in contents(Path(tiny.weights)).items():
        if isinstance(content, bytes):
            made[key].write_bytes(content)
        else:
            torch.save(
                content,
                made[key],
                _use_new_zipfile_serialization=key != 'old_pickle')
    save_clip(folder / 'clip.pt', ARCH)
    return made


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    """No payload may make its file here."""
    monkeypatch.chdir(tmp_path)
    yield
    assert not (tmp_path / UNSAFE).exists()


def assert_said(key, path, said):
    """Checks that a tool ends with the message of a row, in one line."""
    message = WEIGHTS[key].message.replace('FILE', str(path))
    last = said.strip().splitlines()[-1]
    assert message in (said if key in ('nothing', 'arch', 'nan') else last)
    assert 'Traceback' not in said


@pytest.mark.parametrize('key', WEIGHTS)
def test_predict(key, files, predict):
    said = predict(checkpoint=files[key])
    if key == 'classes':
        assert {*'wxyz'} <= {*said.split()
                             } and not {*CLASSES} & {*said.split()}
    else:
        assert_said(key, files[key], said)


def command(tool, path, tiny, clip=''):
    """Returns the command line of a tool that reads the file."""
    return {
        'convert_weights': ['vifi_clip', path, 'out.pth'],
        'convert_weights --reverse':
        ['vifi_clip', path, 'out.pth', '--reverse'],
        'convert_weights openai': ['openai', path, 'out.pth'],
        'ensemble_weights': [clip, path, 'out.pth'],
        'ensemble_weights clip': [path, tiny.weights, 'out.pth'],
        'export': [tiny.config, path, '--out', 'out'],
        'extract_features': [
            tiny.video, '--config', tiny.config, '--checkpoint', path, '--out',
            'out'
        ],
        'predict pretrained': [
            tiny.video, '--config', tiny.config, '--cfg-options',
            f'model.backbone.pretrained={path}'
        ],
        'predict alone': [tiny.video, '--checkpoint', path],
        'test': [tiny.config, path, '--work-dir', 'work'],
        'train load_from': [
            tiny.config, '--work-dir', 'work', '--cfg-options',
            f'load_from={path}'
        ],
        'train --resume':
        [tiny.config, '--work-dir', 'work', '--resume', path]
    }[tool]


def check(tool, key, files, tiny):
    """Runs a tool with a file, and checks what it says."""
    path = files[key]
    said = run_tool(tool.split()[0],
                    *command(tool, path, tiny, path.with_name('clip.pt')))
    if key in PICKLES and tool in ('convert_weights',
                                   'convert_weights --reverse'):
        assert said.startswith('error: ') and 'Traceback' not in said
    elif key == 'list' and tool in ('convert_weights openai',
                                    'ensemble_weights clip',
                                    'predict pretrained'):
        assert 'is not a file of weights, or damaged' in said
    elif tool == 'train --resume' and key in ('nothing', 'arch', 'nan'):
        # these files hold weights alone, which is found first
        assert f'error: {path} lacks' in said
    else:
        assert_said(key, path, said)
    assert not Path('out.pth').exists() and not Path('out').exists()


@pytest.mark.parametrize('key', DAMAGED)
@pytest.mark.parametrize('tool', [
    'convert_weights', 'convert_weights --reverse', 'convert_weights openai',
    'ensemble_weights', 'ensemble_weights clip', 'export', 'extract_features',
    'predict pretrained', 'predict alone'
])
def test_all_tools_say_the_same(tool, key, files, tiny):
    check(tool, key, files, tiny)


@pytest.mark.parametrize('key', ['pickle', 'truncated'])
@pytest.mark.parametrize('tool', ['test', 'train load_from', 'train --resume'])
def test_training_and_testing(tool, key, files, tiny):
    check(tool, key, files, tiny)


@pytest.mark.slow
@pytest.mark.parametrize('key', [k for k in WEIGHTS if k != 'classes'])
@pytest.mark.parametrize('tool', ['test', 'train load_from', 'train --resume'])
def test_training_and_testing_with_all_files(tool, key, files, tiny):
    check(tool, key, files, tiny)


def test_weights_alone_are_not_resumed_from(tiny):
    said = run_tool('train', *command('train --resume', tiny.weights, tiny))
    assert said.endswith(
        f'error: {tiny.weights} lacks message_hub, optimizer: a training '
        'cannot be resumed from it. To start a new one from its weights, '
        f'leave out --resume, and give --cfg-options load_from={tiny.weights}')


@pytest.mark.parametrize('args, message', [
    (['tc_clip', 'missing'], 'error: FILE can not be found.'),
    (['tc_clip', 'missing', '--reverse'], 'error: FILE can not be found.'),
    (['tc_clip', 'tiny'], 'error: FILE has the layout of this project '
     'already: use it as it is, or add --reverse to convert it to tc_clip'),
    (['openai', 'tiny'], 'error: FILE is not a CLIP checkpoint, but one of '
     'this project or of MMAction2'),
    (['tc_clip', 'clip', '--reverse'], 'error: FILE has no weights whose names'
     ' begin with backbone., cls_head.: --reverse takes a whole checkpoint'),
    (['vifi_clip', 'clip'], 'error: Keys unknown to the vifi_clip layout: '),
    (['tc_clip', 'nan', '--reverse'], 'weights hold NaN, backbone.'),
])
def test_files_of_another_layout(args, message, files, tiny):
    layout, name, *rest = args
    path = dict(
        files, tiny=tiny.weights, clip=files['nan'].with_name('clip.pt'))[name]
    said = run_tool('convert_weights', layout, path, 'out.pth', *rest)
    assert message.replace('FILE', str(path)) in said
    assert len(said.splitlines()) == 1 and len(said) < 600
