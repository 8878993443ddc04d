"""Tools whose files do not fit: what was there stays, and an error names them.

The system refuses to let files of the process grow beyond a limit, as a full
disk does.
"""
import importlib
import multiprocessing
import os
import resource
import signal
import sys

import pytest
from _checkout import run_main

from projects.tc_clip.apis import TCCLIPInferencer
from tests.small import save_clip

OLDER = b'an older file'
# The tool, its options with OUT for the output, and what it writes.
CASES = [
    ('predict', 'VIDEO --out OUT/x.json', ['x.json']),
    ('predict', 'VIDEO --out OUT/x.csv', ['x.csv']),
    ('predict', 'VIDEO --window 1 --stride 0.1 --out OUT/x.json', ['x.json']),
    ('extract_features', 'VIDEO --out OUT', ['features.json',
                                             'video.mp4.npz']),
    ('export', 'CONFIG WEIGHTS --out OUT/x.onnx', ['x.onnx']),
    ('export', 'CONFIG WEIGHTS --out OUT/x.pt2', ['x.pt2']),
    ('export', 'CONFIG WEIGHTS --out OUT', ['model.safetensors']),
    ('visualize_tokens', 'VIDEO --out OUT', ['video_tokens.png']),
    ('convert_weights', 'tc_clip WEIGHTS OUT/x.pth --reverse', ['x.pth']),
    ('ensemble_weights', 'CLIP WEIGHTS OUT/x.pth', ['x.pth']),
    ('prepare_data', 'folder VIDEOS --out OUT --workers 1', ['train.txt']),
]
# These load no model, and need no options for one.
WITHOUT_MODEL = 'convert_weights', 'ensemble_weights', 'prepare_data'


def limit_files(size):
    """Lets no file of this process grow beyond some bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def limited(pipe, tool, arguments, size):
    """Runs a tool whose files cannot be larger than some bytes."""
    # what is printed would go to a file of pytest
    sys.stdout = sys.stderr = open(os.devnull, 'w')
    for number in (1, 2):
        os.dup2(sys.stdout.fileno(), number)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    load = TCCLIPInferencer.__init__

    def loaded(*args, **kwargs):
        load(*args, **kwargs)
        # not before, because MMEngine copies the config it reads
        limit_files(size)

    TCCLIPInferencer.__init__ = loaded
    sys.argv = [tool, *arguments]
    if tool in WITHOUT_MODEL:
        limit_files(size)
    try:
        run_main(importlib.import_module(tool).main)
        pipe.send('')
    except SystemExit as error:
        pipe.send(str(error.code or ''))
    except BaseException as error:
        pipe.send(f'traceback\n{error!r}')


def run(*args):
    """Runs it in a process; returns its error."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context('fork').Process(
        target=limited, args=(theirs, *args))
    process.start()
    theirs.close()
    message = ours.recv()
    process.join()
    assert process.exitcode == 0
    return message


def folders_of_classes(video, folder):
    """Makes folders of two classes with the same videos."""
    for name in ('run', 'walk'):
        (folder / name).mkdir(parents=True)
        for i in range(5):
            os.link(video, folder / name / f'{i}.mp4')
    return folder


@pytest.mark.slow
@pytest.mark.parametrize('size', [50, 3000])
@pytest.mark.parametrize('tool, options, files', CASES)
def test_what_was_there_stays(tool, options, files, size, own_video,
                              tiny_config, tiny_checkpoint, tmp_path):
    config, out = tmp_path / 'tiny.py', tmp_path / 'out'
    tiny_config.dump(config)
    out.mkdir()
    for file in files:
        if tool != 'extract_features':
            (out / file).write_bytes(OLDER)
    words = dict(
        VIDEO=own_video,
        VIDEOS=folders_of_classes(own_video, tmp_path / 'videos'),
        CONFIG=str(config),
        CLIP=tmp_path / 'clip.pt',
        WEIGHTS=tiny_checkpoint)
    save_clip(words['CLIP'], tiny_config.model.backbone.arch)
    arguments = [
        words.get(word, word.replace('OUT', str(out)))
        for word in options.split()
    ]
    if tool not in ('export', *WITHOUT_MODEL):
        arguments += [
            '--config', config, '--checkpoint', tiny_checkpoint, '--device',
            'cpu'
        ]
    message = run(tool, [*map(str, arguments)], size)
    assert not [*out.glob('.*.tmp')]
    if message:
        assert 'File too large' in message and str(out) in message
        assert len(message.splitlines()) == 1
    for file in files:
        if not (out / file).exists():
            assert tool == 'extract_features' and message
        elif message and tool != 'extract_features':
            assert (out / file).read_bytes() == OLDER
        else:
            assert len((out / file).read_bytes()) > len(OLDER)
    assert message or size == 3000
