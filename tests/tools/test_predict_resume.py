"""tools/predict.py interrupted, killed, and in shards."""
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.apis.results import partial_files
from tests.small import ROOT
from tests.tools.test_predict import predict  # noqa: F401

FILM = ['--window', 1, '--stride', 0.25, '--out', 'film.json']


@pytest.fixture
def run(predict, monkeypatch):  # noqa: F811
    """Runs the tool; Ctrl-C comes at a forward pass."""

    def run(*arguments, interrupt_at=None):
        forward, calls = TCCLIPInferencer.forward, []

        def interrupted(self, inputs):
            calls.append(inputs)
            if len(calls) == interrupt_at:
                raise KeyboardInterrupt
            return forward(self, inputs)

        with monkeypatch.context() as patch:
            patch.setattr(TCCLIPInferencer, 'forward', interrupted)
            shown = predict(*arguments)
        return shown.out, len(calls)

    return run


@pytest.mark.parametrize('at', [1, 4, 9])
def test_a_film_goes_on_where_it_was_interrupted(run, own_video, tmp_path, at,
                                                 capsys):
    _, spans = run(own_video, *FILM[:-1], 'whole.json')
    assert spans == 9
    (tmp_path / 'film.json').write_text('an older result')
    with pytest.raises(SystemExit, match='^130$'):
        run(own_video, *FILM, interrupt_at=at)
    assert 'interrupted: film.json.partial.jsonl keeps the results, and the ' \
        'same command goes on\n' in capsys.readouterr().err
    assert (tmp_path / 'film.json').read_text() == 'an older result'
    out, calls = run(own_video, *FILM)
    assert calls == spans - at + 1 and 'wrote film.json' in out
    assert (tmp_path / 'film.json').read_text() == (tmp_path /
                                                    'whole.json').read_text()
    assert not partial_files(tmp_path / 'film.json')


def test_without_a_file_the_table_has_what_is_done(run, own_video, tmp_path,
                                                   capsys):
    other = shutil.copyfile(own_video, tmp_path / 'other.mp4')
    with pytest.raises(SystemExit, match='^130$'):
        run(own_video, other, interrupt_at=2)
    lines = capsys.readouterr().out.splitlines()
    assert own_video in lines and str(other) not in lines


def test_other_options_do_not_go_on(run, own_video, tmp_path):
    with pytest.raises(SystemExit, match='^130$'):
        run(own_video, *FILM, interrupt_at=3)
    with pytest.raises(SystemExit) as error:
        run(own_video, *FILM, '--window', 2)
    assert 'film.json.partial.jsonl holds results of' in error.value.code
    assert '  window: 1.0 there, 2.0 now' in error.value.code


def test_shards_write_one_file_together(run, own_video, tmp_path):
    (tmp_path / 'videos').mkdir()
    for name in '0123':
        shutil.copyfile(own_video, tmp_path / f'videos/{name}.mp4')
    (tmp_path / 'videos/4.mp4').write_bytes(b'no video')
    run('videos', '--out', 'one.json')
    for shard, calls in ((1, 1), (0, 2)):
        out, seen = run('videos', '--out', 'all.json', '--shard', f'{shard}/3')
        assert seen == calls
        assert f'shard {shard} of 3 is done' in out
    with pytest.raises(SystemExit, match='1'):
        run('videos', '--out', 'all.json', '--check')
    out, _ = run('videos', '--out', 'all.json', '--shard', '2/3')
    assert 'wrote all.json' in out
    assert (tmp_path / 'all.json').read_text() == (tmp_path /
                                                   'one.json').read_text()
    assert 'complete' in run('videos', '--out', 'all.json', '--check')[0]


def test_a_folder_that_cannot_be_written_is_an_error_at_once(
        run, own_video, tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(SystemExit, match='error: .*file'):
        run(own_video, '--out', 'file/x.json')


@pytest.mark.slow
def test_a_killed_run_loses_nothing(
        predict,  # noqa: F811
        own_video,
        tiny_checkpoint,
        tmp_path):
    predict(own_video, *FILM[:-1], 'whole.json')
    command = [
        sys.executable, ROOT / 'tools/predict.py', own_video, *map(str, FILM),
        '--config', tmp_path / 'tiny.py', '--checkpoint', tiny_checkpoint
    ]
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    partial = tmp_path / 'film.json.partial.jsonl'
    killed = 0
    while not (tmp_path / 'film.json').exists():
        before = partial.stat().st_size if partial.exists() else 0
        process = subprocess.Popen(command, env=environment, cwd=tmp_path)
        while process.poll() is None:
            if partial.exists() and partial.stat().st_size > before + 1500:
                process.send_signal(signal.SIGKILL)
                killed += 1
                break
            time.sleep(.002)
        process.wait()
    assert killed >= 2
    assert json.loads((tmp_path / 'film.json').read_text()) == json.loads(
        (tmp_path / 'whole.json').read_text())
