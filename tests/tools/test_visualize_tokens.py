"""The command line, on a real video and with random weights."""
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import pytest
import torch
import visualize_tokens as tool

from projects.tc_clip import visualization
from projects.tc_clip.apis import record_view
from projects.tc_clip.visualization import write_page
from projects.tc_clip.visualization.page_document import read_document
from tests.visualization.pages import VIDEOS


@pytest.fixture
def files(config, inferencer, tmp_path):
    """Configs of TC-CLIP and a frame-wise control, and a checkpoint."""
    config.dump(tmp_path / 'ours.py')
    control = config.copy()
    control.model.backbone.reference = dict(type='FrameWise')
    control.model.cls_head.prompt_layers = []
    control.dump(tmp_path / 'control.py')
    torch.save(
        dict(state_dict=inferencer.model.state_dict()), tmp_path / 'ours.pth')
    return tmp_path


@pytest.fixture
def visualize(run_tool):
    """Runs the tool; returns what it prints."""
    return run_tool('visualize_tokens')


@pytest.fixture
def shown(monkeypatch):
    """What the tool gives to the sheet."""
    views = []

    def write_sheet(path, given, title):
        views.extend(given)
        write(path, given, title)

    write = visualization.write_sheet
    monkeypatch.setattr(visualization, 'write_sheet', write_sheet)
    return views


def test_two_models_side_by_side(visualize, files, moving, shown, inferencer):
    video = moving[0][0]
    printed = visualize(video, '--config', files / 'ours.py', '--checkpoint',
                        files / 'ours.pth', '--beside', 'the control',
                        files / 'control.py', '--layers', '1', '-1', '--out',
                        files / 'new')
    written = [files / 'new/0_tokens.png', files / 'new/0_tokens.mp4']
    *paths, remark = printed.out.splitlines()[-3:]
    assert paths == [*map(str, written)]
    assert remark.startswith('the control (random weights): ')
    assert remark.endswith(': its temporal model makes no context tokens, so '
                           'only attention is drawn')
    best = inferencer.predict([video])[0].guesses[0]
    ours, control = shown
    assert ours.title == f'ours: {best.label} ({best.probability:.0%})'
    assert control.title.startswith('the control (random weights): ')
    wanted, _ = record_view(inferencer, video)
    assert (ours.record.layers[2].groups == wanted.layers[2].groups).all()
    assert all(m.groups is None for m in control.record.layers)
    assert cv2.imread(str(written[0])).shape[1] > 8 * 160
    assert cv2.VideoCapture(str(written[1])).get(cv2.CAP_PROP_FRAME_COUNT) == 8


def test_labels_and_checkpoints_of_all_models(visualize, files, moving, shown):
    model = files / 'ours.py', files / 'ours.pth'
    visualize(moving[0][0], '--config', model[0], '--beside', 'TC-CLIP',
              *model, '--labels', 'ski', '--out', files)
    assert [view.title for view in shown
            ] == ['ours (random weights): ski (100%)', 'TC-CLIP: ski (100%)']
    assert shown[0].layers == [-1]


@pytest.mark.parametrize('options, wanted', [
    ([], [('tcclip_k400', Path(tool.DEFAULT_CONFIG), None)]),
    (['--checkpoint', 'a/b.pth'], [('b', None, 'a/b.pth')]),
    ([
        '--config', 'c.py', '--beside', 'x', 'd.pth', '--beside', 'y', 'e.py',
        '--beside', 'z', 'e.py', 'hf://me/model'
    ], [('c', Path('c.py'), None), ('x', None, 'd.pth'), ('y', 'e.py', None),
        ('z', 'e.py', 'hf://me/model')]),
])
def test_models_with_and_without_config(options, wanted):
    args = tool.parse_args(['a.mp4', *options])
    assert tool.models_of(args) == wanted


@pytest.mark.parametrize('pretrained, checkpoint, wanted', [
    ('openai', None, " (CLIP's weights, openai)"),
    (None, None, ' (random weights)'),
    ('openai', 'a.pth', ''),
])
def test_titles_say_where_weights_come_from(pretrained, checkpoint, wanted):
    backbone = SimpleNamespace(pretrained=pretrained)
    inferencer = SimpleNamespace(model=SimpleNamespace(backbone=backbone))
    assert tool.weights_of(inferencer, checkpoint) == wanted


def test_different_frame_counts_are_named(visualize, files, moving, config):
    short = config.copy()
    short.val_dataloader.dataset.pipeline[1].clip_len = 4
    short.dump(files / 'short.py')
    with pytest.raises(
            SystemExit, match='"ours .* sees 8 frames, "short .* 4. Give'):
        visualize(moving[0][0], '--config', files / 'ours.py', '--beside',
                  'short', files / 'short.py', '--out', files)


@pytest.mark.parametrize('video, options, message', [
    ('none.mp4', [], 'none.mp4'),
    ('0.mp4', ['--layers', '4'], 'layers 1 to 3'),
])
def test_what_is_not_there_is_named(visualize, files, moving, video, options,
                                    message):
    with pytest.raises(SystemExit, match=message):
        visualize(moving[0][0].parent / video, '--config', files / 'ours.py',
                  '--out', files, *options)


def test_without_pyav_there_is_a_sheet_and_a_remark(visualize, files, moving,
                                                    monkeypatch):
    monkeypatch.setitem(sys.modules, 'av', None)
    printed = visualize(moving[0][0], '--config', files / 'ours.py', '--out',
                        files)
    assert (f'left out: {files / "0_tokens.mp4"}: PyAV is not installed: '
            'pip install av') in printed.err
    assert (files / '0_tokens.png').is_file()
    assert not (files / '0_tokens.mp4').exists()


def test_pages_are_joined(visualize, tmp_path):
    paths = [tmp_path / name / 'index.html' for name in 'ab']
    for path in paths:
        write_page(path, path.parent.name, VIDEOS, {})
    out = tmp_path / 'both.html'
    printed = visualize('--pages', *paths, '--out', out)
    assert printed.out.splitlines()[-1] == f'{out}: 3 videos'
    names = [model['name'] for model in read_document(out)['models']]
    assert names == ['a', 'b']
    write_page(paths[1], 'b', VIDEOS[:1], {})
    write_page(paths[0], 'a', VIDEOS[1:], {})
    with pytest.raises(SystemExit, match='error: .* no common video'):
        visualize('--pages', *paths, '--out', out)


@pytest.mark.parametrize('arguments, message', [
    ([], 'give a video, or --pages'),
    (['a.mp4', '--pages', 'a.html'], 'give a video, or --pages'),
    (['--pages', 'a.html', 'b.html'], 'give --out FILE.html'),
])
def test_a_video_or_pages(arguments, message, capsys):
    with pytest.raises(SystemExit):
        tool.parse_args(arguments)
    assert message in capsys.readouterr().err


@pytest.mark.parametrize('model', [['name'], [*'abcd']])
def test_a_model_takes_a_name_a_config_and_a_checkpoint(model, capsys):
    with pytest.raises(SystemExit):
        tool.parse_args(['a.mp4', '--beside', *model])
    assert f'--beside {" ".join(model)}: give' in capsys.readouterr().err
