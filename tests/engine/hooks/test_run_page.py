"""The page that a test writes."""
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from mmaction.registry import HOOKS, MODELS
from mmaction.structures import ActionDataSample
from mmengine.dataset import Compose, pseudo_collate

from projects.tc_clip.engine.hooks.run_page import labels_of
from projects.tc_clip.models import TCCLIPViT
from projects.tc_clip.visualization import TokenRecorder
from projects.tc_clip.visualization.page_document import read_document
from tests.conftest import TINY_CLASSES


class Videos:
    """All that the hook needs of a data set."""

    def __init__(self, config, length):
        self.data_prefix, self.ann_file = config.data_prefix, config.ann_file
        self.length = length

    def __len__(self):
        return self.length


@pytest.fixture
def test_run(tiny_config, own_video):
    """Returns a function that tests some videos with a hook."""
    torch.manual_seed(0)
    model = MODELS.build(tiny_config.model).eval()
    runner = SimpleNamespace(
        model=model, cfg=tiny_config, logger=logging.getLogger('test'))
    read = Compose(tiny_config.test_dataloader.dataset.pipeline)

    def test_run(hook, batches=(2, 1)):
        runner.test_dataloader = SimpleNamespace(
            dataset=Videos(tiny_config.test_dataloader.dataset, sum(batches)))
        hook.before_test(runner)
        for i, size in enumerate(batches):
            batch = pseudo_collate([
                read(
                    dict(
                        filename=own_video,
                        label=j,
                        start_index=0,
                        modality='RGB')) for j in range(size)
            ])
            hook.before_test_iter(runner, i, batch)
            with torch.no_grad():
                outputs = model.test_step(batch)
            hook.after_test_iter(runner, i, batch, outputs)
        hook.after_test(runner)
        return model, outputs

    return test_run


def read_videos(folder):
    """Returns what a page holds of its videos, which one model has seen."""
    videos = read_document(folder / 'index.html')['videos']
    return [dict(video, **video['views'][0]) for video in videos]


def read_tally(folder):
    """Returns the counts of the whole test."""
    return read_document(folder / 'index.html')['models'][0]['tally']


def build(**options):
    """Builds the hook as a config does."""
    return HOOKS.build(dict(type='RunPageHook', **options))


def test_the_page_tells_what_the_test_said(test_run, tmp_path, own_video):
    _, (sample, ) = test_run(build(enable=True, out_dir=str(tmp_path)))
    videos = read_videos(tmp_path)
    assert [video['name'] for video in videos] == [own_video] * 3
    assert [v['labels'] for v in videos] == [['run'], ['jump'], ['run']]
    # 30 frames, 10 in a second: the first of each of 8 parts
    assert videos[0]['times'] == pytest.approx([3 * i / 8 for i in range(8)],
                                               abs=0.1)
    shares = {g['label']: g['probability'] for g in videos[-1]['guesses']}
    assert [shares[name] for name in TINY_CLASSES
            ] == pytest.approx(sample.pred_score.tolist())
    assert all(len(video['layers']) == 3 for video in videos)
    assert all(len(video['frames']) == 8 for video in videos)


def test_videos_are_encoded_once(test_run, tmp_path, tiny_config, monkeypatch):
    calls, encode = [], TCCLIPViT.encode_frames
    monkeypatch.setattr(TCCLIPViT, 'encode_frames',
                        lambda *args: calls.append(1) or encode(*args))
    test_run(build(enable=True, out_dir=str(tmp_path)), (2, 1))
    assert len(calls) == 2  # a forward for each batch


def test_only_some_videos_are_shown(test_run, tmp_path):
    test_run(build(enable=True, out_dir=str(tmp_path), interval=2), (3, 2))
    assert [v['labels'] for v in read_videos(tmp_path)] == [['run'], ['sit'],
                                                            ['jump']]
    assert read_tally(tmp_path)['labelled'] == 5  # of all videos
    test_run(build(enable=True, out_dir=str(tmp_path), max_videos=1))
    assert len(read_videos(tmp_path)) == 1


def test_each_list_of_a_run_has_a_page_of_its_own(test_run, tmp_path):
    hook = build(enable=True, out_dir=str(tmp_path))
    test_run(hook, (1, ))
    test_run(hook, (2, ))
    assert len(read_videos(tmp_path)) == 1
    assert sorted(path.name for path in tmp_path.glob('*.html')) == [
        'index.html', 'index_2.html'
    ]


def test_the_result_of_a_test_is_not_touched(test_run, tmp_path):
    model, (plain, ) = test_run(build())
    assert not [*tmp_path.glob('*.html')]
    _, (shown, ) = test_run(build(enable=True, out_dir=str(tmp_path)))
    assert shown.pred_score.equal(plain.pred_score)
    assert not model.backbone._forward_pre_hooks


def test_other_backbones_have_a_page_without_maps(test_run, tmp_path,
                                                  monkeypatch):
    monkeypatch.setattr('projects.tc_clip.engine.hooks.run_page.TCCLIPViT',
                        TokenRecorder)
    test_run(build(enable=True, out_dir=str(tmp_path)))
    assert [v['layers'] for v in read_videos(tmp_path)] == [[], [], []]


def test_a_page_needs_a_folder():
    with pytest.raises(ValueError, match='give tools/test.py --show-dir'):
        build(enable=True)


def test_a_folder_that_cannot_be_made_ends_a_test_before_it_runs(tmp_path):
    (tmp_path / 'page').write_text('a file')
    hook = build(enable=True, out_dir=str(tmp_path / 'page'))
    with pytest.raises(FileExistsError, match='page'):
        hook.before_test(None)


@pytest.mark.parametrize('option', ['interval', 'max_videos'])
def test_counts_below_one_are_refused(option):
    with pytest.raises(ValueError, match=f'{option}=0 of the page must be 1'):
        build(**{option: 0})


def test_it_is_said_that_nothing_is_wrong(test_run, tmp_path, monkeypatch,
                                          caplog):
    monkeypatch.setattr('projects.tc_clip.engine.hooks.run_page.labels_of',
                        lambda sample: [int(sample.pred_score.argmax())])
    hook = build(enable=True, out_dir=str(tmp_path), only_wrong=True)
    with caplog.at_level(logging.INFO, 'test'):
        test_run(hook)
    assert 'none of 3 tested videos is wrong' in caplog.text
    assert not [*tmp_path.glob('*.html')]


def test_show_opens_a_browser(test_run, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr('webbrowser.open', opened.append)
    test_run(build(enable=True, out_dir=str(tmp_path), show=True))
    assert opened == [(tmp_path / 'index.html').as_uri()]


def test_only_wrong_videos(test_run, tmp_path):
    hook = build(enable=True, out_dir=str(tmp_path), only_wrong=True)
    _, outputs = test_run(hook, batches=(3, ))
    # videos of the run have the labels 0, 1, 2, and are all the same
    best = int(outputs[0].pred_score.argmax())
    labels = [video['labels'] for video in read_videos(tmp_path)]
    assert labels == [[TINY_CLASSES[i]] for i in range(3) if i != best]
    tally = read_tally(tmp_path)
    assert tally['right'] == (best < 3) and tally['labelled'] == 3
    assert sorted(tally['pairs']) == sorted(
        [TINY_CLASSES[i], TINY_CLASSES[best], 1] for i in range(3))


@pytest.mark.parametrize('prefix, name', [
    ('{}', 'video.mp4'),
    ('{}/', 'video.mp4'),
    ('{}/vid', '{}/video.mp4'),
    ('', '{}/video.mp4'),
])
def test_videos_have_the_names_of_their_list(test_run, tmp_path, own_video,
                                             tiny_config, prefix, name):
    folder = str(Path(own_video).parent)
    dataset = tiny_config.test_dataloader.dataset
    dataset.data_prefix = dict(video=prefix.format(folder))
    test_run(build(enable=True, out_dir=str(tmp_path)), (1, ))
    assert read_videos(tmp_path)[0]['name'] == name.format(folder)


@pytest.mark.parametrize('label, expected', [
    (2, [2]),
    (-1, []),
    (torch.tensor([0., 1., 1.]), [1, 2]),
])
def test_labels(label, expected):
    assert labels_of(ActionDataSample().set_gt_label(label)) == expected


def test_no_label():
    assert labels_of(ActionDataSample()) == []
