"""tools/prepare_data.py text-bags, and a training pipeline that reads it."""
import json
import shutil
from collections import Counter

import prepare_data
import pytest
import torch
from mmengine.config import Config

from projects.tc_clip.datasets import VideoDataset
from tests.small import CONFIGS

DICTIONARY = ['falling', 'rising', 'turning', 'standing']
CLASS_WORDS = {
    'rising': ['go up', 'climb', 'Rising'],
    'falling': ['drop', 'go down.'],
    'turning': ['spin'],
    'standing': [],
}
CAPTIONS = {
    'train/0.mp4': 'a white square drops, then it climbs',
    '1.mp4': ['it is dropping', 'a square spins and drops'],
}
VIDEO_WORDS = {'2': ['wait', 'spin'], '1': 'shake'}


@pytest.fixture
def folder(tmp_path, moving):
    """Videos of a moving shape with pseudo labels, and files of words."""
    (tmp_path / 'train').mkdir()
    for i, (video, _) in enumerate(moving):
        shutil.copyfile(video, tmp_path / f'train/{i}.mp4')
    labels = (0, 1, 3)
    lines = [f'train/{i}.mp4 {label}' for i, label in enumerate(labels)]
    (tmp_path / 'train_maxi.txt').write_text('\n'.join(lines))
    (tmp_path / 'actions.txt').write_text('\n'.join(DICTIONARY))
    (tmp_path / 'verbs.txt').write_text('climb\ndrop\nspin\n')
    for name, content in (('gpt', CLASS_WORDS), ('blip', CAPTIONS),
                          ('words', VIDEO_WORDS)):
        (tmp_path / f'{name}.json').write_text(json.dumps(content))
    return tmp_path


@pytest.fixture
def bags(run_tool, capsys, folder, monkeypatch):
    """Runs the step; returns what it prints, and its error."""
    monkeypatch.chdir(folder)
    args = ('text-bags', '--class-names', 'actions.txt', '--class-words',
            'gpt.json', '--out', 'maxi')

    def bags(*more):
        try:
            return run_tool('prepare_data')(*args, *more).out
        except SystemExit as stop:
            return f'{capsys.readouterr().out}{stop.code}'

    return bags


CAPTIONED = ('--videos', 'train_maxi.txt', '--captions', 'blip.json',
             '--verbs', 'verbs.txt')


def test_words_of_classes_and_videos(bags, folder):
    printed = bags(*CAPTIONED, '--video-words', 'words.json')
    assert json.loads((folder / 'maxi/class_words.json').read_text()) == {
        '0': ['drop', 'go down'],
        '1': ['go up', 'climb'],
        '2': ['spin'],
        '3': []
    }
    assert json.loads((folder / 'maxi/video_words.json').read_text()) == {
        '0': ['drop', 'climb'],
        '1': ['shake', 'drop', 'spin'],
        '2': ['wait', 'spin']
    }
    assert printed.splitlines() == [
        'maxi/class_words.json: 4 classes with 1.2 words each, 0 to 2; 1 '
        'without words',
        'maxi/video_words.json: 3 videos with 2.3 words each, 2 to 3; 0 '
        'without words'
    ]


def pipeline_of_maxi(folder):
    """Returns MAXI's pipeline of training, for these files and 8 frames."""
    steps = Config.fromfile(CONFIGS / 'zero_shot/maxi_k400.py').train_pipeline
    for step in steps:
        if step.type == 'AddTextBag':
            step.update(
                class_names=str(folder / 'actions.txt'),
                class_words=str(folder / 'maxi/class_words.json'),
                video_words=str(folder / 'maxi/video_words.json'),
                bag_size=6)
    return steps


def test_a_training_reads_what_was_written(bags, folder):
    bags(*CAPTIONED, '--video-words', 'words.json')
    data = VideoDataset(
        str(folder / 'train_maxi.txt'),
        pipeline_of_maxi(folder),
        data_prefix=dict(video=str(folder)))
    torch.manual_seed(0)
    found = []
    for i in range(3):
        packed = data[i]
        assert packed['inputs'].shape[-2:] == (224, 224)
        found.append(Counter(packed['data_samples'].text_bag))
    # drop and go down, drop and climb; class words, then three of the video
    assert found[0] == {
        f'falling. {word}': 2
        for word in ('drop', 'go down', 'climb')
    }
    words = {'go up', 'climb', 'shake', 'drop', 'spin'}
    assert {*found[1]} == {f'rising. {word}' for word in words}
    assert sorted(found[1].values()) == [1, 1, 1, 1, 2]
    assert found[2] == {'standing. wait': 3, 'standing. spin': 3}


def test_words_of_classes_alone(bags, folder):
    printed = bags()
    assert [file.name
            for file in (folder / 'maxi').iterdir()] == ['class_words.json']
    assert len(printed.splitlines()) == 1


def test_videos_without_words(bags, folder):
    printed = bags(*CAPTIONED)
    assert printed.startswith('error: 1 of 3 videos have no words and no cap')
    assert 'train/2.mp4' in printed and not (folder / 'maxi').exists()
    assert '1 without words' in bags(*CAPTIONED,
                                     '--allow-missing').splitlines()[1]


def test_a_list_of_another_dictionary(bags, folder):
    (folder / 'train_maxi.txt').write_text('train/0.mp4 4\n')
    assert bags(*CAPTIONED) == (
        'error: train_maxi.txt: train/0.mp4 has label 4, but actions.txt has '
        '4 names: give the dictionary of the pseudo labels')


@pytest.mark.parametrize('args, message', [
    (['--captions', 'c', '--videos', 'v'], '--captions and --verbs go'),
    (['--videos', 'v'], '--videos goes with'),
    (['--video-words', 'w'], '--videos goes with'),
])
def test_options_that_go_together(args, message, capsys):
    with pytest.raises(SystemExit) as raised:
        prepare_data.parse_args([
            'text-bags', '--class-names', 'a', '--class-words', 'b', '--out',
            'c', *args
        ])
    assert raised.value.code == 2 and message in capsys.readouterr().err
