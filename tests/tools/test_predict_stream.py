"""tools/predict.py --stream."""
import json
import signal
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.files import write_mp4
from tests.small import ROOT


@pytest.fixture
def model(tiny_config, tiny_checkpoint, tmp_path, monkeypatch):
    """The options of the tiny model."""
    config = tmp_path / 'tiny.py'
    tiny_config.dump(config)
    monkeypatch.chdir(tmp_path)
    return '--config', config, '--checkpoint', tiny_checkpoint


@pytest.fixture
def predict(run_tool, model):
    """Runs the tool with the tiny model; returns what it prints."""
    run = run_tool('predict')
    return lambda *arguments: run(*arguments, *model)


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize('window, stride', [(1, .5), (2, 2), (5, 1), (.7, .3)])
def test_a_stream_sees_the_spans_of_the_file(predict, own_video, tmp_path,
                                             window, stride):
    spans = '--window', window, '--stride', stride
    predict(own_video, *spans, '--out', 'file.json')
    predict('--stream', own_video, *spans, '--out', 'new/stream.jsonl')
    film = json.loads((tmp_path / 'file.json').read_text())['predictions']
    stream = lines_of(tmp_path / 'new/stream.jsonl')
    assert len(stream) == len(film)
    for ours, theirs in zip(stream, film):
        assert ours['label'] == theirs['label']
        assert ours['video'] == theirs['video'] == own_video
        for key in ('start', 'end'):
            assert ours[key] == pytest.approx(theirs[key], abs=1e-6)
        assert [g['logit'] for g in ours['guesses']
                ] == pytest.approx([g['logit'] for g in theirs['guesses']],
                                   abs=0.02)


def test_other_codecs_too(predict, odd_video, tmp_path):
    path = odd_video('h264.mp4')
    predict(path, '--window', 1, '--out', 'file.json')
    predict('--stream', path, '--window', 1, '--out', 'stream.jsonl')
    film = json.loads((tmp_path / 'file.json').read_text())['predictions']
    stream = lines_of(tmp_path / 'stream.jsonl')
    assert [found['label']
            for found in stream] == [found['label'] for found in film]
    for ours, theirs in zip(stream, film):
        assert ours['guesses'][0]['logit'] == pytest.approx(
            theirs['guesses'][0]['logit'], abs=0.02)


def test_a_line_for_each_window_and_what_was_read(predict, own_video):
    out = predict('--stream', own_video, '--window', 1).out
    lines = out[out.index('   0.00 to '):].splitlines()
    assert [line[:20] for line in lines[:5]] == [
        f'{start:7.2f} to {start + 1:7.2f} s' for start in (0, .5, 1, 1.5, 2)
    ]
    assert lines[5] == f'{own_video}: 5 windows; 30 frames read, 0 dropped'
    assert 'not calibrated' in lines[6] and len(lines) == 7


def test_three_seconds_are_the_usual_window(predict, own_video, tmp_path):
    predict('--stream', own_video, '--none-below', 1, '--top-k', 2, '--out',
            'a.jsonl')
    [found] = lines_of(tmp_path / 'a.jsonl')
    assert (found['start'], found['end']) == (0, pytest.approx(3))
    assert found['label'] == 'none of these' and len(found['guesses']) == 2


def test_a_video_with_labels(predict, own_video, tmp_path):
    predict('--stream', own_video, '--window', 1, '--show', 'shown.mp4')
    old, new = cv2.VideoCapture(own_video), cv2.VideoCapture('shown.mp4')
    darker = []
    for _ in range(30):
        before, after = old.read()[1], new.read()[1]
        darker.append(after[:6].mean() < 0.8 * before[:6].mean())
        assert after[10:].mean() == pytest.approx(before[10:].mean(), abs=3)
    assert not new.read()[0]
    # The first label comes with the frame that follows its window.
    assert darker == [False] * 11 + [True] * 19


def test_ctrl_c_keeps_what_there_is(predict, own_video, tmp_path, monkeypatch):
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    forward, calls = TCCLIPInferencer.forward, []

    def interrupted(self, inputs):
        calls.append(inputs)
        if len(calls) == 3:
            signal.raise_signal(signal.SIGINT)
        return forward(self, inputs)

    monkeypatch.setattr(TCCLIPInferencer, 'forward', interrupted)
    try:
        shown = predict('--stream', own_video, '--window', 1, '--out',
                        'a.jsonl', '--show', 'a.mp4')
    finally:
        signal.signal(signal.SIGINT, usual)
    assert ': 2 windows; ' in shown.out
    assert [p['start'] for p in lines_of(tmp_path / 'a.jsonl')] == [0, .5]
    # The third window ends at 2 s, and the frame after it was shown.
    assert cv2.VideoCapture('a.mp4').get(cv2.CAP_PROP_FRAME_COUNT) == 21


@pytest.mark.slow
def test_ctrl_c_ends_the_process_well(model, tmp_path):
    path = tmp_path / 'long.mp4'
    write_mp4(path, (np.zeros((64, 64, 3), np.uint8) for _ in range(20000)),
              10)
    command = [
        sys.executable, ROOT / 'tools/predict.py', '--stream', path,
        '--window', '1', '--stride', '.1', '--out', 'a.jsonl', '--show',
        'a.mp4', *model
    ]
    process = subprocess.Popen(
        [*map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    out = tmp_path / 'a.jsonl'
    while process.poll() is None and not (out.exists() and out.stat().st_size):
        time.sleep(.1)
    process.send_signal(signal.SIGINT)
    shown, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert 'Traceback' not in errors
    found = lines_of(out)
    assert 0 < len(found) < 15000
    assert f'{path}: {len(found)} windows; ' in shown
    assert cv2.VideoCapture('a.mp4').read()[0]


@pytest.mark.parametrize('arguments, message', [
    ([], 'give videos or folders, or --stream'),
    (['a.mp4', '--show'], '--show goes with --stream'),
    (['--stream', 'no.mp4'], '--stream no.mp4: no such file; a camera is a'),
    (['--stream', '99'], 'error: 99 cannot be opened'),
    (['--stream', 'text.mp4'], 'error: text.mp4 cannot be opened'),
    (['a.mp4', '--stream', '0'], '--stream reads one source'),
    (['--stream', '0', '--reader', 'pyav'], '--stream reads one source'),
    (['--stream', '0', '--batch-size', '2'], '--stream reads one source'),
    (['--stream', '0', '--out', 'a.json'], 'a stream is written as .jsonl'),
    (['--stream', '0', '--stride', '9'], 'the stride at most the window'),
    (['--stream', '0', '--window', '1', '--stride', '1e-7'], 'at least 0.001'),
    (['--stream', '0', '--check'], 'give no --check and no --shard'),
    (['--stream', '0', '--shard', '0/2'], 'give no --check and no --shard'),
    (['--stream', 'text.mp4', '--show', './text.mp4'], 'replace the source'),
    (['--stream', '0', '--show', 'a.avi'], 'must end in .mp4'),
    (['--stream', '0', '--show'], 'there is no display; give --show FILE.mp4'),
    (['a.mp4', '--out', 'a.xml'], 'must end in .json, .jsonl or .csv'),
])
def test_wrong_input_says_what_is_wrong(predict, tmp_path, capsys, monkeypatch,
                                        arguments, message):
    monkeypatch.setattr(sys, 'platform', 'linux')
    for name in ('DISPLAY', 'WAYLAND_DISPLAY'):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / 'text.mp4').write_text('no video')
    with pytest.raises(SystemExit) as error:
        predict(*arguments)
    assert message in f'{error.value}{capsys.readouterr().err}'


def test_a_video_of_labels_needs_pyav(predict, own_video, without_pyav,
                                      capsys):
    without_pyav()
    with pytest.raises(SystemExit):
        predict('--stream', own_video, '--show', 'a.mp4')
    assert ('error: --show a.mp4: PyAV is not installed: pip install av'
            in capsys.readouterr().err)
