"""Files of features, and the record of what they are of."""
import json
from pathlib import Path

import numpy as np
import pytest

from projects.tc_clip.apis import feature_files
from projects.tc_clip.apis.feature_files import (NpzFolder, ParquetParts,
                                                 put_failures, put_metadata)

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
