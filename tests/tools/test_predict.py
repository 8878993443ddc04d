"""tools/predict.py on real files, good and broken."""
import csv
import json
import shutil

import pytest
import torch

from projects.tc_clip.models import TCCLIPViT
from tests.conftest import TINY_CLASSES
from tests.small import spy


@pytest.fixture
def predict(run_tool, tiny_config, tiny_checkpoint, tmp_path, monkeypatch):
    """Runs the tool with the tiny model; returns what it prints."""
    config = tmp_path / 'tiny.py'
    tiny_config.dump(config)
    monkeypatch.chdir(tmp_path)
    run = run_tool('predict')

    def predict(*arguments,
                model=('--config', config, '--checkpoint', tiny_checkpoint)):
        return run(*arguments, *model)

    return predict


@pytest.fixture
def broken(tmp_path):
    """A file that is no video."""
    path = tmp_path / 'broken.mp4'
    path.write_bytes(b'no video')
    return path


def test_prints_the_classes_of_each_video(predict, own_video):
    out = predict(own_video, '--labels', 'run', 'jump', '--top-k', '2').out
    lines = out.splitlines()
    start = lines.index(own_video)
    shares = [line.split('%') for line in lines[start + 1:start + 3]]
    assert sorted(label.strip() for _, label in shares) == ['jump', 'run']
    assert sum(float(share) for share, _ in shares) == pytest.approx(100)
    assert 'not calibrated' in lines[start + 3]


def test_a_broken_video_is_reported_and_left_out(predict, own_video, broken,
                                                 tmp_path):
    shown = predict(tmp_path, '--out', 'out/result.json')
    assert f'left out: {broken} cannot be read' in shown.err
    result = json.loads((tmp_path / 'out/result.json').read_text())
    assert [p['video'] for p in result['predictions']] == [own_video]
    assert [*result['failed']] == [str(broken)]
    assert 'not calibrated' in result['note']


def test_nothing_that_can_be_read_is_an_error(predict, broken):
    with pytest.raises(SystemExit, match='None of the videos'):
        predict(broken)


def test_batches_hold_several_videos_and_only_intact_ones(
        predict, own_video, broken, tmp_path, monkeypatch):
    names = [
        shutil.copyfile(own_video, tmp_path / f'{i}.mp4') for i in '01234'
    ]
    batches = spy(monkeypatch, TCCLIPViT, 'forward')
    shown = predict(*names[:2], broken, *names[2:], '--batch-size', 2, '--out',
                    'result.json')
    assert [len(clips) for _, clips in batches] == [2, 1, 2]
    result = json.loads((tmp_path / 'result.json').read_text())
    assert [p['video'] for p in result['predictions']] == [*map(str, names)]
    assert [*result['failed']] == [str(broken)]
    order = [shown.out.index(str(name)) for name in names]
    assert order == sorted(order)


def test_rows_of_a_table(predict, own_video, tmp_path):
    predict(own_video, '--out', 'result.csv', '--none-below', '1')
    with open(tmp_path / 'result.csv', newline='') as file:
        rows = [*csv.DictReader(file)]
    assert sorted(row['guess'] for row in rows) == sorted(TINY_CLASSES)
    assert [row['rank'] for row in rows] == ['1', '2', '3', '4']
    assert {row['label'] for row in rows} == {'none of these'}
    shares = [float(row['probability']) for row in rows]
    assert sum(shares) == pytest.approx(1) and shares == sorted(shares)[::-1]


def test_spans_of_time_and_their_plot(predict, own_video, tmp_path):
    out = predict(own_video, '--window', '1', '--out', 'film.json').out
    result = json.loads((tmp_path / 'film.json').read_text())
    spans = [(p['start'], p['end']) for p in result['predictions']]
    assert spans == [(0, 1), (.5, 1.5), (1, 2), (1.5, 2.5), (2, 3)]
    segments = result['segments'][own_video]
    assert segments[0]['start'] == 0 and segments[-1]['end'] == 3
    assert all(a['end'] == b['start'] and a['label'] != b['label']
               for a, b in zip(segments, segments[1:]))
    assert out.count(' s ') == len(segments)
    assert (tmp_path / 'film.png').read_bytes()[:4] == b'\x89PNG'


def test_ensembles_change_the_scores(predict, own_video, tmp_path):
    for name, more in dict(one=[], two=['--ensemble', 'a person {}']).items():
        predict(own_video, '--labels', 'run', 'jump', '--out', f'{name}.json',
                *more)
    one, two = (
        json.loads((tmp_path / f'{name}.json').read_text())['predictions'][0]
        for name in ('one', 'two'))
    assert one['guesses'][0]['logit'] != two['guesses'][0]['logit']


@pytest.mark.parametrize('arguments, message', [
    (['missing.mp4'], 'missing.mp4: no such file or folder'),
    (['.', '--labels', 'a', 'a'], "share the name 'a'"),
    (['.', '--labels', 'no.txt'], 'no.txt: no such file of class names'),
    (['.', '--labels', 'NO.TXT'], 'NO.TXT: no such file of class names'),
    (['.', '--labels', 'a', 'b', 'other.mp4'], "the file 'other.mp4'"),
    (['.', '--labels', 'broken.yaml'], "the file 'broken.yaml'"),
    (['.', '--labels', 'a,b,c'], "'a,b,c' is one class: put spaces"),
    (['.', '--ensemble', 'a video'], 'has no {} where'),
    (['.', '--out', 'x.txt'], 'must end in .json, .jsonl or .csv'),
    (['.', '--top-k', '0'], 'must be 1 or more'),
    (['.', '--check'], '--check goes with --out'),
    (['.', '--shard', '1/2'], 'shards collect their results in --out'),
    (['.', '--stride', '1'], '--stride goes with --window'),
    (['.', '--window', '1', '--stride', '2'], 'the stride at most the window'),
    (['.', '--window', '1', '--stride', '0'], 'both must be at least 0.001'),
    (['.', '--window', '1e-9'], 'both must be at least 0.001 seconds'),
    (['.', '--window', 'nan'], 'both must be at least 0.001 seconds'),
    (['.', '--none-below', '60'], '--none-below 60.0 must be from 0 to 1'),
    (['.', '--none-below', 'nan'], '--none-below nan must be from 0 to 1'),
    (['.', '--onnx', 'x.onnx', '--labels', 'a'], 'holds the model'),
    (['empty'], 'no video below this folder'),
])
def test_wrong_input_says_what_is_wrong(predict, own_video, tmp_path, capsys,
                                        arguments, message):
    (tmp_path / 'empty').mkdir()
    (tmp_path / 'broken.yaml').write_text('a')
    with pytest.raises(SystemExit) as error:
        predict(*arguments)
    assert message in f'{error.value}{capsys.readouterr().err}'


def test_onnx_is_a_suffix(run_tool, capsys):
    with pytest.raises(SystemExit):
        run_tool('predict')('.', '--onnx', 'x.pt2')
    assert '--onnx x.pt2: must end in .onnx' in capsys.readouterr().err


def test_checkpoints_that_are_cut_off_are_errors(predict, own_video,
                                                 tiny_checkpoint, tmp_path):
    cut = tmp_path / 'cut.pth'
    with open(tiny_checkpoint, 'rb') as file:
        cut.write_bytes(file.read()[:9999])
    with pytest.raises(
            SystemExit, match='tiny.py with .*cut.pth cannot be loaded'):
        predict(
            own_video,
            '--out',
            'x.json',
            model=('--config', tmp_path / 'tiny.py', '--checkpoint', cut))


def add_config(checkpoint, config):
    """Adds the text of a config, as training does."""
    content = torch.load(checkpoint)
    content['meta']['cfg'] = config.pretty_text
    torch.save(content, checkpoint)


def test_a_checkpoint_carries_its_config(predict, own_video, tiny_config,
                                         tiny_checkpoint, tmp_path):
    predict(own_video, '--out', 'given.json')
    add_config(tiny_checkpoint, tiny_config)
    model = '--checkpoint', tiny_checkpoint
    predict(own_video, '--out', 'carried.json', model=model)
    given, carried = (
        json.loads((tmp_path / f'{name}.json').read_text())['predictions']
        for name in ('given', 'carried'))
    assert given == carried
    predict(
        own_video,
        '--labels',
        'up',
        'down',
        '--reader',
        'decord',
        '--out',
        'other.json',
        model=model)
    [other] = json.loads((tmp_path / 'other.json').read_text())['predictions']
    assert {guess['label'] for guess in other['guesses']} == {'up', 'down'}


@pytest.mark.parametrize('name, message', [
    ('tiny.pth', 'tiny.pth carries no config: give the one that it was '
     'trained with (--config; in export.py'),
    ('none.pth', 'none.pth can not be found.'),
    ('hf://me/model', 'is not in the cache of the hub (HF_HUB_CACHE)'),
    ('hf://model', 'is not a name of the hub: write hf://ORG/REPO'),
])
def test_checkpoints_that_cannot_be_used_alone(predict, own_video, hub, name,
                                               message):
    with pytest.raises(SystemExit) as error:
        predict(own_video, model=('--checkpoint', name))
    assert error.value.code.startswith(f'{name} cannot be loaded: ')
    assert message in error.value.code
    assert len(error.value.code.splitlines()) == 1


def test_options_change_the_config(predict, own_video, tmp_path):
    option = 'model.backbone.reference.num_tokens=2'
    for name, more in dict(one=[], two=['--cfg-options', option]).items():
        predict(own_video, '--out', f'{name}.json', *more)
    one, two = (
        json.loads((tmp_path / f'{name}.json').read_text())['predictions'][0]
        for name in ('one', 'two'))
    assert one['guesses'][0]['logit'] != two['guesses'][0]['logit']


def test_what_a_folder_has_besides_videos_is_said(predict, own_video,
                                                  tmp_path):
    folder = tmp_path / 'folder'
    folder.mkdir()
    for name in ('CLIP.MP4', '._CLIP.MP4', 'notes.txt'):
        shutil.copyfile(own_video, folder / name)
    shown = predict(folder, '--out', 'result.json')
    assert (f'{folder}: 1 videos; skipped files: 1 hidden, '
            '1 with the suffix .txt') in shown.err
    result = json.loads((tmp_path / 'result.json').read_text())
    assert [p['video']
            for p in result['predictions']] == [str(folder / 'CLIP.MP4')]


def test_another_reader_sees_the_same_frames(predict, odd_video, tmp_path):
    shares = []
    for reader in ('decord', 'pyav'):
        predict(
            odd_video('h264.mp4'), '--reader', reader, '--out', 'result.json')
        shares.append(
            json.loads((tmp_path / 'result.json').read_text())['predictions'])
    assert shares[0] == shares[1]


def test_a_reader_that_is_not_installed_is_an_error(predict, odd_video,
                                                    without_pyav):
    path = odd_video('h264.mp4')
    without_pyav()
    with pytest.raises(SystemExit, match='pip install av'):
        predict(path, '--reader', 'pyav')


@pytest.mark.parametrize('name, starts', [
    ('slow_then_fast.mp4', [0, 1, 2, 3, 4]),
    ('starts_at_5_s.mp4', [5, 6, 7]),
    ('starts_at_5_s.mkv', [5, 6, 7]),
    ('edit_list.mp4', [0, 1]),
])
def test_spans_are_in_seconds_of_the_player(predict, odd_video, tmp_path, name,
                                            starts):
    predict(
        odd_video(name), '--window', 1, '--stride', 1, '--out', 'film.json')
    film = json.loads((tmp_path / 'film.json').read_text())
    spans = [(p['start'], p['end']) for p in film['predictions']]
    assert spans == [
        pytest.approx((start, start + 1), abs=2e-3) for start in starts
    ]
