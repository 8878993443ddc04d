"""tools/extract_features.py on real files, good and broken."""
import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS

from projects.tc_clip.apis import TCCLIPInferencer, feature_files
from projects.tc_clip.apis.features import VideoFeatures, extract_features
from tests.tools.feature_runs import NAMES


@pytest.fixture
def expected(tiny_config, tiny_checkpoint, videos):
    """The features of the videos by name, from Python."""
    inferencer = TCCLIPInferencer(tiny_config, tiny_checkpoint, 'cpu')
    return {n: extract_features(inferencer, videos / n) for n in NAMES}


def names_in(folder):
    """Lists the videos whose features are in a folder."""
    files = sorted(Path(folder).rglob('*.npz'))
    return [f.relative_to(folder).as_posix()[:-4] for f in files]


def facts_in(folder):
    return json.loads((Path(folder) / 'features.json').read_text())


def interrupt(monkeypatch, after):
    """Lets numpy write so many files, and half of the next."""
    save, calls = np.savez, []

    def savez(file, **arrays):
        calls.append(file)
        if len(calls) > after:
            file.write(b'half of')
            raise KeyboardInterrupt
        save(file, **arrays)

    monkeypatch.setattr(np, 'savez', savez)


def test_files_are_like_the_videos_and_hold_their_features(
        extract, videos, expected):
    out = extract(videos, '--out', 'out', '--what', *VideoFeatures._fields).out
    assert 'out: 3 videos added, 0 were there, 0 failed' in out
    assert names_in('out') == NAMES
    for name in NAMES:
        found = dict(np.load(f'out/{name}.npz'))
        assert tuple(found) == VideoFeatures._fields
        for key, value in found.items():
            assert value.dtype == np.float32
            np.testing.assert_allclose(
                value, getattr(expected[name], key), atol=1e-5)
    assert not np.allclose(
        np.load('out/a/clip.mp4.npz')['video'],
        np.load('out/b/clip.mp4.npz')['video'],
        atol=1e-3)


def test_facts_tell_what_the_features_are_of(extract, videos, tiny_checkpoint):
    extract(videos, '--out', 'out', '--labels', 'run', 'jump', '--ensemble',
            'a person {}')
    facts = facts_in('out')
    assert facts['class_names'] == ['run', 'jump']
    assert facts['wordings'] == ['a person {}']
    assert facts['checkpoint']['file'] == tiny_checkpoint
    assert facts['root'] == str(videos)
    assert facts['what'] == ['video', 'logits']
    assert facts['scale'] == pytest.approx(1 / 0.07, rel=1e-5)
    assert {'version', 'dtype', 'format'} < facts.keys()


def test_batches_change_nothing(extract, videos, expected):
    extract(videos, '--out', 'out', '--batch-size', '2', '--what', 'text')
    for name in NAMES:
        np.testing.assert_allclose(
            np.load(f'out/{name}.npz')['text'], expected[name].text, atol=1e-5)


def test_half_precision_is_near(extract, videos, expected):
    extract(videos, '--out', 'out', '--stored-dtype', 'float16')
    for name in NAMES:
        found = np.load(f'out/{name}.npz')
        assert found['video'].dtype == np.float16
        np.testing.assert_allclose(
            found['video'], expected[name].video, atol=2.5e-4)
        np.testing.assert_allclose(
            found['logits'], expected[name].logits, rtol=1e-3, atol=1e-3)


def test_a_second_run_adds_what_is_missing(extract, videos):
    extract(videos / 'a/clip.mp4', '--root', videos, '--out', 'out')
    written = Path('out/a/clip.mp4.npz').stat().st_mtime_ns
    # one of them given twice
    out = extract(videos, videos / 'a/clip.mp4', '--out', 'out').out
    assert '2 videos added, 1 were there' in out
    assert names_in('out') == NAMES
    assert Path('out/a/clip.mp4.npz').stat().st_mtime_ns == written


def test_an_interrupted_run_goes_on(extract, videos, expected, monkeypatch,
                                    capsys):
    with monkeypatch.context() as patch:
        interrupt(patch, after=1)
        with pytest.raises(SystemExit, match='^130$'):
            extract(videos, '--out', 'out')
    assert 'interrupted: out holds what is done; the same command goes on\n' \
        in capsys.readouterr().err
    assert names_in('out') == NAMES[:1]
    assert not [*Path('out').rglob('*.tmp')]
    # what a killed process leaves
    Path('out/a/.video.mp4.npz.0.tmp').write_bytes(b'half of')
    assert '2 videos added, 1 were' in extract(videos, '--out', 'out').out
    for name in NAMES:
        np.testing.assert_allclose(
            np.load(f'out/{name}.npz')['video'],
            expected[name].video,
            atol=1e-5)


def test_a_broken_video_is_listed_and_tried_again(extract, videos):
    good = (videos / NAMES[0]).read_bytes()
    (videos / NAMES[0]).write_bytes(b'no video')
    shown = extract(videos, '--out', 'out', '--batch-size', '2')
    assert '2 videos added, 0 were there, 1 failed' in shown.out
    assert f'left out: {videos / NAMES[0]} cannot be read' in shown.err
    [line] = Path('out/failed.txt').read_text().splitlines()
    name, reason = line.split('\t')
    assert name == NAMES[0] and 'clip.mp4 cannot be read' in reason
    assert '0 videos added, 2 were there, 1 failed' in extract(
        videos, '--out', 'out').out
    extract(videos / 'b', '--out', 'out')
    assert Path('out/failed.txt').read_text().splitlines() == [line]
    (videos / NAMES[0]).write_bytes(good)
    extract(videos, '--out', 'out')
    assert names_in('out') == NAMES
    assert not Path('out/failed.txt').exists()


def test_broken_videos_of_stock_decoders_are_left_out(extract, videos,
                                                      tiny_config, tmp_path):
    (videos / NAMES[0]).write_bytes(b'no video')
    steps = tiny_config.val_dataloader.dataset.pipeline
    steps[0] = dict(type='DecordInit')
    tiny_config.dump(tmp_path / 'stock.py')
    extract(videos, '--out', 'out', config='stock.py')
    assert names_in('out') == NAMES[1:]
    assert Path('out/failed.txt').read_text().startswith(f'{NAMES[0]}\t')


def test_nothing_that_can_be_read_is_an_error(extract, videos):
    for name in NAMES:
        (videos / name).write_bytes(b'no video')
    with pytest.raises(SystemExit, match='None of the videos'):
        extract(videos, '--out', 'out')
    assert len(Path('out/failed.txt').read_text().splitlines()) == 3


@pytest.mark.parametrize('options, differing', [
    (['--labels', 'run', 'jump'], 'class_names: .*"jump"'),
    (['--ensemble', '{} now'], r'wordings: \[\] there, \["{} now"\] now'),
    (['--what', 'text'], r'what: \["video", "logits"\] there, \["text"\] now'),
    (['--stored-dtype', 'float16'], 'dtype: "float32" there, "float16" now'),
    (['--format', 'parquet'], 'format: "npz" there, "parquet" now'),
    (['--test-views'], 'config: '),
    (['--root', '.'], 'root: '),
])
def test_other_features_are_not_mixed_in(extract, videos, options, differing):
    if 'parquet' in options:
        pytest.importorskip('pyarrow')
    extract(videos, '--out', 'out')
    before = facts_in('out')
    with pytest.raises(SystemExit) as error:
        extract(videos, '--out', 'out', *options)
    head, difference, cure = str(error.value).splitlines()
    assert head == 'out holds features of something else:'
    assert re.match(f'  {differing}', difference)
    assert cure.startswith('Choose another --out')
    assert facts_in('out') == before


def test_models_are_told_apart_by_what_they_are(extract, videos, tmp_path,
                                                tiny_checkpoint):
    extract(videos, '--out', 'out')
    shutil.copy(tiny_checkpoint, 'copy.pth')
    shutil.copy(tmp_path / 'tiny.py', 'copy.py')
    extract(videos, '--out', 'out', config='copy.py', checkpoint='copy.pth')
    other = torch.load(tiny_checkpoint)
    other['state_dict']['backbone.proj'][0, 0] += 1e-3
    torch.save(other, 'copy.pth')
    with pytest.raises(SystemExit, match='checkpoint: .*copy.pth'):
        extract(videos, '--out', 'out', checkpoint='copy.pth')


@pytest.mark.parametrize('arguments, message', [
    (['none.mp4', '--out', 'out'], 'none.mp4: no such file or folder'),
    (['videos', '--out', 'out', '--batch-size', '0'], 'must be 1 or more'),
    (['videos', '--out', 'out', '--what', 'sound'], "invalid choice: 'sound'"),
    (['videos', '--out', 'out', '--root', 'videos/a'], 'is not below'),
    (['videos', '--out', 'foreign'], 'holds features but no features.json'),
    (['videos', '--out', 'damaged'], 'features.json is not valid JSON'),
])
def test_wrong_input_says_what_is_wrong(extract, videos, capsys, arguments,
                                        message):
    for name in ('foreign/a.mp4.npz', 'damaged/features.json'):
        Path(name).parent.mkdir()
        Path(name).write_text('{')
    with pytest.raises(SystemExit) as error:
        extract(*arguments)
    assert message in f'{error.value}{capsys.readouterr().err}'
    assert not Path('out').exists()


def test_what_a_model_does_not_give_is_an_error(extract, videos, tiny_config):
    tiny_config.model.backbone.reference = dict(type='FrameWise')
    tiny_config.model.backbone.local_global_bias = False
    tiny_config.model.cls_head.prompt_layers = []
    tiny_config.dump('vifi.py')
    model = MODELS.build(tiny_config.model)
    torch.save(dict(state_dict=model.state_dict()), 'vifi.pth')
    vifi = dict(config='vifi.py', checkpoint='vifi.pth')
    with pytest.raises(
            SystemExit,
            match='--what context: this model has none. It gives '
            'video, frames'):
        extract(videos, '--out', 'out', '--what', 'video', 'context', **vifi)
    extract(videos, '--out', 'out', '--what', 'text', **vifi)
    one, *others = (np.load(f'out/{name}.npz')['text'] for name in NAMES)
    for other in others:
        np.testing.assert_allclose(other, one, atol=1e-6)


@pytest.mark.parametrize('dtype', ['float16', 'float32'])
def test_tables_hold_the_same(extract, videos, monkeypatch, dtype):
    parquet = pytest.importorskip('pyarrow.parquet')
    monkeypatch.setattr(feature_files, 'VIDEOS_PER_PART', 2)
    options = ['--stored-dtype', dtype, '--what', *VideoFeatures._fields]
    extract(videos, '--out', 'npz', *options)
    extract(videos, '--out', 'out', '--format', 'parquet', *options)
    assert [
        parquet.read_metadata(part).num_rows
        for part in sorted(Path('out/parts').iterdir())
    ] == [2, 1]
    rows = parquet.read_table('out/parts').to_pylist()
    assert [row['name'] for row in rows] == NAMES
    for row in rows:
        assert row['path'] == str(videos / row['name'])
        for key, value in np.load(f"npz/{row['name']}.npz").items():
            found = np.array(row[key], dtype).reshape(row[f'{key}_shape'])
            np.testing.assert_array_equal(found, value)
    again = extract(videos, '--out', 'out', '--format', 'parquet', *options)
    assert '0 videos added, 3 were there' in again.out


def test_an_interrupted_table_goes_on(extract, videos, monkeypatch):
    parquet = pytest.importorskip('pyarrow.parquet')
    add = feature_files.ParquetParts.add

    def interrupted(self, name, video, arrays):
        if name == NAMES[2]:
            raise KeyboardInterrupt
        add(self, name, video, arrays)

    with monkeypatch.context() as patch:
        patch.setattr(feature_files.ParquetParts, 'add', interrupted)
        with pytest.raises(SystemExit, match='^130$'):
            extract(videos, '--out', 'out', '--format', 'parquet')
    found = parquet.read_table('out/parts')['name'].to_pylist()
    assert found == NAMES[:2]
    # what a killed process leaves
    Path('out/parts/.part-00001.parquet.0.tmp').write_bytes(b'half of')
    extract(videos, '--out', 'out', '--format', 'parquet')
    found = parquet.read_table('out/parts')['name'].to_pylist()
    assert sorted(found) == NAMES


def test_tables_say_what_they_need(extract, videos, monkeypatch):
    monkeypatch.setitem(sys.modules, 'pyarrow', None)
    with pytest.raises(SystemExit, match='needs pyarrow: pip install pyarrow'):
        extract(videos, '--out', 'out', '--format', 'parquet')
