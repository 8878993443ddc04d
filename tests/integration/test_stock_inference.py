"""MMAction2's inference functions and demos on a config of this project.

The demos are not in its wheel. They run if the environment variable
``MMACTION2_ROOT`` names a checkout of MMAction2; what they do to a pipeline is
tested without one in tests/datasets/test_sample_frames.py.
"""
import os
import re
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmaction.apis import (MMAction2Inferencer, inference_recognizer,
                           init_recognizer)
from mmcv import VideoReader
from mmengine.dataset import Compose
from mmengine.fileio import load

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.files import write_mp4
from tests.integration.expected import read, view_scores


@pytest.fixture
def inferencer(config, weights, monkeypatch, tmp_path):
    """MMAction2's inferencer, which reads one crop of each of four clips."""
    monkeypatch.chdir(tmp_path)
    make = MMAction2Inferencer

    def make_inferencer(**options):
        return make(
            rec=str(config()),
            rec_weights=str(weights),
            device='cpu',
            **options)

    return make_inferencer


def inferencer_scores(result):
    """Returns the scores ``(videos, C)`` in its result."""
    return torch.tensor(
        [video['rec_scores'][0] for video in result['predictions']])


def one_crop(model, video):
    """Returns the scores of a video as the inferencer reads it."""
    steps = [
        dict(step, type='CenterCrop') if step.type == 'ThreeCrop' else step
        for step in model.cfg.test_pipeline
    ]
    views = read(video, steps)
    assert len(views) == 4
    return view_scores(model, views)


def test_inference_recognizer_scores_all_views(model, config, weights, videos):
    video = str(videos / '5.mp4')
    loaded = init_recognizer(str(config()), str(weights), device='cpu')
    scores = inference_recognizer(loaded, video).pred_score
    views = read(video, model.cfg.test_pipeline)
    torch.testing.assert_close(scores, view_scores(model, views))
    ours = TCCLIPInferencer(config(), str(weights), 'cpu', test_views=True)
    best = ours(video)['predictions'][0]
    assert best['label'] == 'abcd'[scores.argmax()]


def test_inferencer_reads_files_one_by_one_and_in_batches(
        model, inferencer, videos):
    files = [str(videos / f'{i}.mp4') for i in range(3)]
    wanted = torch.stack([one_crop(model, file) for file in files])
    infer = inferencer()
    torch.testing.assert_close(inferencer_scores(infer(files[0])), wanted[:1])
    torch.testing.assert_close(inferencer_scores(infer(files)), wanted)
    torch.testing.assert_close(
        inferencer_scores(infer(files, batch_size=2)), wanted)


def test_inferencer_reads_arrays_and_folders(model, inferencer, videos,
                                             tmp_path):
    file = str(videos / '6.mp4')
    wanted = one_crop(model, file)
    frames = np.stack([*VideoReader(file)])
    infer = inferencer(input_format='array')
    scores = inferencer_scores(infer(frames[..., ::-1]))[0]
    torch.testing.assert_close(scores, wanted, rtol=0, atol=5e-3)
    (tmp_path / 'frames').mkdir()
    for i, frame in enumerate(frames, 1):
        # the names that the inferencer expects, without loss
        png = cv2.imencode('.png', frame)[1].tobytes()
        (tmp_path / f'frames/img_{i:05}.jpg').write_bytes(png)
    infer = inferencer(input_format='rawframes')
    scores = inferencer_scores(infer(str(tmp_path / 'frames')))[0]
    torch.testing.assert_close(scores, wanted, rtol=0, atol=5e-3)


@pytest.fixture
def demo(run, config, weights, names):
    """Runs a demo of the checkout of MMAction2 that MMACTION2_ROOT names."""
    if 'MMACTION2_ROOT' not in os.environ:
        pytest.skip('MMACTION2_ROOT names no checkout of MMAction2')
    folder = Path(os.environ['MMACTION2_ROOT'], 'demo')
    return lambda name, *arguments: run(sys.executable, folder / name, *
                                        arguments)


@pytest.mark.slow
def test_demo(demo, config, weights, names, model, videos):
    video = videos / '5.mp4'
    printed = demo('demo.py', config(), weights, video, names, '--device',
                   'cpu')
    scores = view_scores(model, read(video, model.cfg.test_pipeline))
    for name, score in zip('abcd', scores.tolist()):
        shown = re.search(rf'^{name}: *([\d.]+)$', printed, re.M)
        assert float(shown.group(1)) == pytest.approx(score, abs=1e-5)


@pytest.mark.slow
def test_demo_of_the_inferencer(demo, config, weights, names, model, videos,
                                tmp_path):
    out = tmp_path / 'predictions.json'
    demo('demo_inferencer.py', videos / '5.mp4', '--rec', config(),
         '--rec-weights', weights, '--label-file', names, '--device', 'cpu',
         '--pred-out-file', out)
    scores = inferencer_scores(load(out))[0]
    torch.testing.assert_close(scores, one_crop(model, videos / '5.mp4'))


@pytest.mark.slow
def test_demo_of_long_videos(demo, config, weights, names, model, tmp_path):
    """Its first window is 4 clips of 8 frames in a row."""
    rng = np.random.default_rng(0)
    noise = rng.integers(256, size=(40, 64, 64, 3), dtype=np.uint8)
    write_mp4(tmp_path / 'long.mp4', noise, 10)
    out = tmp_path / 'spans.json'
    demo('long_video_demo.py', config(), weights, tmp_path / 'long.mp4', names,
         out, '--device', 'cpu', '--threshold', 0)
    shown = load(out)
    assert [isinstance(shown[str(i)], dict) for i in (31, 32, 40)] == \
        [False, True, True]
    frames = [
        frame[..., ::-1] for frame in VideoReader(str(tmp_path / 'long.mp4'))
    ][:32]
    sample = dict(
        imgs=frames, img_shape=(64, 64), num_clips=4, clip_len=8, label=-1)
    steps = model.cfg.test_pipeline[3:]  # below opening and decoding
    scores = view_scores(model, Compose(steps)(sample)['inputs'])
    assert {*shown['32'].values()} == {
        f'{name}: {score:.2}'
        for name, score in zip('abcd', (round(s, 2) for s in scores.tolist()))
    }
