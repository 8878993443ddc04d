"""MMAction2's own tools, demos and inferencer on a config of this project.

The first half runs the tools by ``tools/analyse.py`` in this process. The slow
half calls the files of the installed mmaction2, as its documentation does.
"""
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from _checkout import tools_folder
from matplotlib import pyplot
from mmaction.apis import (MMAction2Inferencer, inference_recognizer,
                           init_recognizer)
from mmaction.registry import MODELS
from mmcv import VideoReader, imwrite
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.fileio import dump, load

from projects.tc_clip.apis import TCCLIPInferencer

FEATURE_DIMS = 64
STOCK = tools_folder()


@pytest.fixture
def model(config):
    """A recognizer with random weights, in evaluation, and its config."""
    cfg = Config.fromfile(config())
    torch.manual_seed(0)
    model = MODELS.build(cfg.model).eval()
    model.cfg = cfg
    return model


@pytest.fixture
def weights(model, tmp_path):
    """Its checkpoint, as training saves it."""
    path = tmp_path / 'weights.pth'
    meta = dict(dataset_meta=dict(classes=['a', 'b', 'c', 'd']))
    torch.save(dict(state_dict=model.state_dict(), meta=meta), path)
    return path


@pytest.fixture
def names(tmp_path):
    """The file of class names that MMAction2's tools take."""
    path = tmp_path / 'names.txt'
    path.write_text('a\nb\nc\nd\n')
    return path


def read(video, pipeline):
    """Returns the views of a video, ``(V, 3, T, H, W)``."""
    sample = dict(
        filename=str(video), label=-1, start_index=0, modality='RGB')
    return Compose(pipeline)(sample)['inputs']


@torch.no_grad()
def view_features(model, views):
    """Returns the features ``(V, C)`` of views."""
    backbone = dict(model.cfg.model.backbone, out='feature')
    tower = MODELS.build(backbone).eval()
    tower.load_state_dict(model.backbone.state_dict())
    data = model.data_preprocessor(dict(inputs=[views], data_samples=None))
    return tower(data['inputs'].flatten(0, 1))


@torch.no_grad()
def view_scores(model, views):
    """Returns the mean probabilities ``(C, )`` of views."""
    data = model.data_preprocessor(dict(inputs=[views], data_samples=None))
    features = model.backbone(data['inputs'].flatten(0, 1))
    return model.cls_head(features).softmax(-1).mean(0)


# --- tools, by tools/analyse.py ---------------------------------------------


@pytest.fixture
def analyse(run_tool):
    """Runs a tool in this process; returns what it prints."""
    run = run_tool('analyse')
    return lambda *command: run(*command).out


def test_features_of_videos(analyse, config, model, weights, videos, tmp_path):
    out = tmp_path / 'features'
    analyse('clip_feature_extraction', config(), weights, out)
    assert len([*out.glob('*.mp4.pkl')]) == 16
    for name in ('0.mp4', '7.mp4'):
        views = read(videos / name, model.cfg.test_pipeline)
        assert len(views) == 12
        torch.testing.assert_close(
            load(out / f'{name}.pkl'),
            view_features(model, views).mean(0),
            rtol=0,
            atol=1e-5)


def test_features_of_a_long_video(analyse, config, model, weights, videos,
                                  tmp_path):
    """Clips of 8 frames, 1 apart, around every fourth frame of 16."""
    out = tmp_path / 'features'
    analyse('clip_feature_extraction', config(), weights, out,
            '--long-video-mode', '--clip-interval', 4, '--frame-interval', 1)
    steps = [
        dict(
            type='UntrimmedSampleFrames',
            clip_len=8,
            clip_interval=4,
            frame_interval=1) if step.type == 'SampleFrames' else step
        for step in model.cfg.test_pipeline
    ]
    views = read(videos / '3.mp4', steps)
    assert len(views) == 4 * 3  # clips and crops
    torch.testing.assert_close(
        load(out / '3.mp4.pkl'),
        view_features(model, views),
        rtol=0,
        atol=1e-5)


def test_confusion_of_a_checkpoint(analyse, config, model, weights, videos,
                                   tmp_path):
    matrix = tmp_path / 'matrix.pkl'
    analyse('confusion_matrix', config(), weights, '--out', matrix)
    wanted = torch.zeros(4, 4, dtype=torch.int64)
    for i in range(16):
        views = read(videos / f'{i}.mp4', model.cfg.test_pipeline)
        wanted[i % 4, view_scores(model, views).argmax()] += 1
    torch.testing.assert_close(load(matrix), wanted)


def test_metrics_of_a_dump(analyse, config, tmp_path):
    dump([
        dict(pred_score=torch.eye(4)[guess], gt_label=torch.tensor([label]))
        for guess, label in ((0, 0), (1, 1), (3, 2), (3, 3))
    ], tmp_path / 'scores.pkl')
    printed = analyse('eval_metric', config(), tmp_path / 'scores.pkl')
    assert "'acc/top1': 0.75" in printed.replace('np.float64(0.75)', '0.75')


def test_operations_of_a_clip_need_no_shape(analyse, config):
    path = config()
    wanted = analyse('get_flops', path, '--shape', 1, 3, 8, 32, 32)
    assert 'Input shape: (1, 3, 8, 32, 32)' in wanted
    assert analyse('get_flops', path) == wanted


def test_a_published_checkpoint_has_the_same_weights(analyse, model, weights,
                                                     tmp_path):
    """Without the training's state, and with the hash in its name."""
    checkpoint = torch.load(weights)
    torch.save(dict(checkpoint, optimizer=dict(), message_hub=1), weights)
    analyse('publish_model', weights, tmp_path / 'public.pth')
    file, = tmp_path.glob('public_*.pth')
    published = torch.load(file)
    assert published.keys() == {'state_dict', 'meta'}
    for name, weight in published['state_dict'].items():
        assert weight.equal(model.state_dict()[name]), name


def test_videos_of_a_data_set_are_drawn(analyse, config, names, tmp_path):
    out = tmp_path / 'browse'
    for mode in ('transformed', 'pipeline'):
        analyse('browse_dataset', config(), out / mode, '--mode', mode,
                '--show-number', 1, '--label', names)
        assert [f for f in (out / mode).rglob('*') if f.is_file()]


def test_learning_rates_are_drawn(analyse, config, tmp_path):
    out = tmp_path / 'rates.png'
    analyse('vis_scheduler', config(), '--save-path', out)
    assert pyplot.imread(out).std() > 0


# --- MMAction2's API ---------------------------------------------------------


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
    return torch.tensor([
        video['rec_scores'][0] for video in result['predictions']
    ])


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
    torch.testing.assert_close(
        inferencer_scores(infer(files[0])), wanted[:1])
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
    for i, frame in enumerate(frames, 1):
        imwrite(frame, str(tmp_path / f'frames/img_{i:05}.png'))
    infer = inferencer(
        input_format='rawframes', pack_cfg=dict(filename_tmpl='img_{:05}.png'))
    scores = inferencer_scores(infer(str(tmp_path / 'frames')))[0]
    torch.testing.assert_close(scores, wanted, rtol=0, atol=5e-3)
