"""Files of features, and the record of what they are of."""
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from projects.tc_clip.apis import feature_files
from projects.tc_clip.apis.feature_files import (NpzFolder, ParquetParts,
                                                 config_hash, differences,
                                                 put_failures, put_metadata,
                                                 weights_hash)

ARRAYS = dict(
    video=np.arange(3, dtype=np.float16),
    frames=np.arange(6, dtype=np.float32).reshape(2, 3))


def test_npz_files_lie_like_the_videos(tmp_path):
    files = NpzFolder(tmp_path)
    assert files.done() == set()
    for name in ('a/clip.mp4', 'b.c/clip.mp4'):
        files.add(name, Path('videos', name), ARRAYS)
    files.close()
    assert files.done() == {'a/clip.mp4', 'b.c/clip.mp4'}
    found = np.load(tmp_path / 'b.c/clip.mp4.npz')
    for key, value in ARRAYS.items():
        assert found[key].dtype == value.dtype
        np.testing.assert_array_equal(found[key], value)


def test_parquet_parts_hold_as_many_videos(tmp_path, monkeypatch):
    parquet = pytest.importorskip('pyarrow.parquet')
    monkeypatch.setattr(feature_files, 'VIDEOS_PER_PART', 2)
    files = ParquetParts(tmp_path)
    for name in 'abc':
        files.add(name, Path(f'{name}.mp4'), ARRAYS)
    assert files.done() == {'a', 'b'}  # the third waits for its part
    files.close()
    files.close()
    assert files.done() == {'a', 'b', 'c'}
    assert len([*(tmp_path / 'parts').iterdir()]) == 2
    row = parquet.read_table(tmp_path / 'parts').to_pylist()[2]
    assert (row['name'], row['path']) == ('c', 'c.mp4')
    assert (row['frames'], row['frames_shape']) == ([0, 1, 2, 3, 4, 5], [2, 3])
    assert (row['video'], row['video_shape']) == ([0, 1, 2], [3])


def test_hashes_tell_models_apart():
    model = torch.nn.Linear(2, 3)
    before = weights_hash(model)
    assert before == weights_hash(model) and len(before) == 64
    with torch.no_grad():
        model.bias[0] += 1
    assert weights_hash(model) != before
    assert config_hash(dict(a=1, b=2)) == config_hash(dict(b=2, a=1))
    assert config_hash(dict(a=1)) != config_hash(dict(a=2))


def test_differences_say_what_was_there_and_is_now():
    known = dict(what=['video'], root='/a', checkpoint=dict(file='a', hash=1))
    same = dict(known, checkpoint=dict(file='b', hash=1))  # a copy elsewhere
    assert differences(known, same) == []
    other = dict(what=['text'], root='/a', checkpoint=None, dtype='float16')
    assert differences(known, other) == [
        '  what: ["video"] there, ["text"] now',
        '  checkpoint: {"file": "a", "hash": 1} there, null now',
        '  dtype: null there, "float16" now'
    ]
    long, = differences(dict(names='a' * 999), dict(names='b'))
    assert long == f'  names: "{"a" * 199}... there, "b" now'


def test_features_of_something_else_are_not_mixed_in(tmp_path):
    put_metadata(tmp_path, dict(what='é'), has_features=False)
    assert json.loads(
        (tmp_path / 'features.json').read_text('utf-8')) == dict(what='é')
    put_metadata(tmp_path, dict(what='é'), has_features=True)
    with pytest.raises(SystemExit, match='something else:\n  what: "é" there'):
        put_metadata(tmp_path, dict(what='x'), has_features=True)
    (tmp_path / 'features.json').write_text('{')
    with pytest.raises(SystemExit, match='features.json is no'):
        put_metadata(tmp_path, {}, has_features=True)
    (tmp_path / 'features.json').unlink()
    with pytest.raises(SystemExit, match='but no features.json'):
        put_metadata(tmp_path, {}, has_features=True)


def test_failures_stay_until_the_video_is_done(tmp_path):
    file = tmp_path / 'failed.txt'
    put_failures(tmp_path, dict(b='broken', a='not found'), {'c'})
    assert file.read_text() == 'a\tnot found\nb\tbroken\n'
    put_failures(tmp_path, dict(b='too short'), {'a', 'c'})
    assert file.read_text() == 'b\ttoo short\n'
    put_failures(tmp_path, {}, {'a', 'b', 'c'})
    assert not file.exists()
