"""tools/prepare_data.py pseudo-labels, on features of real videos."""
import csv
import shutil

import numpy as np
import pytest

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.apis.features import extract_features

DICTIONARY = ['falling', 'rising', 'turning', 'standing']
NAMES = ['train/0.mp4', 'train/1.mp4', 'val/2.mp4', 'val/3.mp4']


@pytest.fixture
def folder(tmp_path, moving):
    """Four videos of a moving shape, and a dictionary of actions."""
    for (video, _), name in zip(moving, NAMES):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(video, tmp_path / name)
    (tmp_path / 'actions.txt').write_text('\n'.join(DICTIONARY))
    return tmp_path


@pytest.fixture
def model(tiny_config, tiny_checkpoint, folder):
    """Options of a tiny model with random weights."""
    tiny_config.dump(folder / 'tiny.py')
    return ('--config', folder / 'tiny.py', '--checkpoint', tiny_checkpoint,
            '--device', 'cpu', '--class-names', folder / 'actions.txt')


@pytest.fixture
def features(run_tool, folder, model):
    """The logits of all videos, from the command that the help shows."""
    out = folder / 'features'
    run_tool('extract_features')(folder, '--root', folder, '--out', out,
                                 '--what', 'logits', *model)
    return out


@pytest.fixture
def label(run_tool, capsys):
    """Runs the step; returns what it prints, and its error."""

    def label(*args):
        try:
            return run_tool('prepare_data')('pseudo-labels', *args).out
        except SystemExit as stop:
            return f'{capsys.readouterr().out}{stop.code}'

    return label


@pytest.fixture
def expected(tiny_config, tiny_checkpoint, folder):
    """Cosines ``(4, C)`` of videos and texts, from features in Python."""
    inferencer = TCCLIPInferencer(
        tiny_config, tiny_checkpoint, 'cpu', class_names=DICTIONARY)
    found = [extract_features(inferencer, folder / name) for name in NAMES]
    return np.stack([(f.text @ f.video).numpy() for f in found])


def table(file):
    with file.open(newline='') as lines:
        return [*csv.DictReader(lines)]


def test_videos_of_the_highest_similarity_get_its_label(
        label, folder, features, expected):
    out = folder / 'train_maxi.txt'
    printed = label(features, '--out', out, '--keep', '0.5')
    order = np.argsort(-expected.max(1))
    kept = sorted(order[:2])
    assert out.read_text().splitlines() == [
        f'{NAMES[i]} {expected[i].argmax()}' for i in kept
    ]
    rows = table(folder / 'train_maxi.scores.csv')
    assert [row['path'] for row in rows] == [NAMES[i] for i in order]
    for row, i in zip(rows, order):
        best = expected[i].argmax()
        assert (int(row['label']), row['name']) == (best, DICTIONARY[best])
        assert float(row['similarity']) == pytest.approx(
            expected[i].max(), abs=1e-5)
        assert int(row['kept']) == (i in kept)
    assert 'train_maxi.txt: 2 of 4 videos, of similarity' in printed
    assert 'of 4 classes' in printed


def test_a_list_chooses_the_videos(label, folder, features, expected):
    (folder / 'train.txt').write_text(f'{NAMES[0]} 7\n{NAMES[1]}\n')
    label(features, '--out', folder / 'out.txt', '--keep', '1', '--videos',
          folder / 'train.txt')
    assert (folder / 'out.txt').read_text().splitlines() == [
        f'{NAMES[i]} {expected[i].argmax()}' for i in (0, 1)
    ]


def test_listed_videos_without_features(label, folder, features):
    file = folder / 'train.txt'
    args = features, '--out', folder / 'out.txt', '--videos', file
    file.write_text(f'{NAMES[0]} 7\nx.mp4 1\n')
    printed = label(*args)
    assert 'no features of 1 of 2 videos' in printed and 'x.mp4' in printed
    assert not (folder / 'out.txt').exists()
    (features / 'failed.txt').write_text('x.mp4\tbroken\n')
    assert 'warning: 1 videos of' in label(*args)
    assert len((folder / 'out.txt').read_text().splitlines()) == 1


def test_errors_are_one_line(label, folder, features):
    out = folder / 'elsewhere/out.txt'
    printed = label(features, '--out', out)
    assert printed.startswith('error: 4 of 4 videos are not below ')
    assert f'--root {out.parent}' in printed and not out.exists()
    assert label(folder, '--out',
                 out).startswith(f'error: {folder} has no features.json')
    printed = label(features, '--out', folder / 'out.txt', '--keep', '0')
    assert printed == 'error: the share 0.0 must be above 0 and at most 1'
