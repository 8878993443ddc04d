"""MMAction2's own tools on a config of this project.

The first half runs the tools by ``tools/analyse.py`` in this process. The slow
half calls the files of the installed mmaction2, as its documentation does.
"""
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from _checkout import tools_folder
from matplotlib import pyplot
from mmengine.fileio import dump, load

from tests.integration.expected import read, view_features, view_scores
from tests.small import ROOT

FEATURE_DIMS = 64
STOCK = tools_folder()


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


@pytest.mark.parametrize('mode, sides', [
    ('original', {(64, 64)}),
    ('transformed', {(32, 32)}),
])
def test_videos_of_a_data_set_are_drawn(analyse, config, names, tmp_path,
                                        monkeypatch, mode, sides):
    drawn = []

    class Clip:
        """Takes the place of moviepy's, which MMAction2 does not require."""

        def __init__(self, frames, fps):
            drawn.append(frames)

        def write_videofile(self, path, **options):
            Path(path).touch()

    editor = types.SimpleNamespace(ImageSequenceClip=Clip)
    monkeypatch.setitem(sys.modules, 'moviepy', types.ModuleType('moviepy'))
    monkeypatch.setitem(sys.modules, 'moviepy.editor', editor)
    analyse('browse_dataset', config(), tmp_path / 'browse', '--mode', mode,
            '--show-number', 3, '--label', names)
    assert [len(frames) for frames in drawn] == [8] * 3
    assert {frame.shape[:2] for frames in drawn for frame in frames} == sides


def test_learning_rates_are_drawn(analyse, config, tmp_path):
    out = tmp_path / 'rates.png'
    analyse('vis_scheduler', config(), '--save-path', out)
    assert pyplot.imread(out).std() > 0


@pytest.mark.slow
def test_files_of_the_tools(config, run, names, videos, tmp_path):
    """Those that read the config before they import MMAction2's models."""
    path, work, scores = config(), tmp_path / 'work', tmp_path / 'scores.pkl'
    python = sys.executable

    def stock(name, *arguments):
        return run(python, STOCK / f'{name}.py', *arguments)

    printed = stock('train', path, '--work-dir', work, '--auto-scale-lr')
    assert 'Scaling the original LR by 0.5.' in printed  # 8 videos, not 16
    checkpoint = work / 'epoch_2.pth'
    stock('test', path, checkpoint, '--work-dir', work, '--dump', scores)
    hits = np.mean([
        int(sample['pred_label']) == int(sample['gt_label'])
        for sample in load(scores)
    ])
    metric = stock('analysis_tools/eval_metric', path, scores)
    assert f'{hits}' in metric
    printed = stock('analysis_tools/report_accuracy', '--preds', scores,
                    '--coefficients', 1)
    assert f'Top 1 Accuracy: {hits:.4f}' in printed
    assert 'SampleFrames' in stock('analysis_tools/print_config', path)
    printed = stock('analysis_tools/get_flops', path, '--shape', 1, 3, 8, 32,
                    32)
    assert 'Input shape: (1, 3, 8, 32, 32)' in printed
    stock('misc/clip_feature_extraction', path, checkpoint, tmp_path / 'out')
    assert load(tmp_path / 'out/0.mp4.pkl').shape == (FEATURE_DIMS, )
    stock('visualizations/vis_scheduler', path, '--save-path', 'rates.png')
    assert (tmp_path / 'rates.png').stat().st_size > 1000


@pytest.mark.slow
def test_confusion_of_a_checkpoint(config, run, model, weights, videos,
                                   tmp_path):
    matrix = tmp_path / 'matrix.pkl'
    run(sys.executable, ROOT / 'tools/analyse.py', 'confusion_matrix',
        config(), weights, '--out', matrix)
    wanted = torch.zeros(4, 4, dtype=torch.int64)
    for i in range(16):
        views = read(videos / f'{i}.mp4', model.cfg.test_pipeline)
        wanted[i % 4, view_scores(model, views).argmax()] += 1
    torch.testing.assert_close(load(matrix), wanted)
