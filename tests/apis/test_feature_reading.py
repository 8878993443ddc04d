"""Features are read as they were written, from either format."""
import sys
from pathlib import Path

import numpy as np
import pytest

from projects.tc_clip.apis.feature_files import (FORMATS, ParquetParts,
                                                 put_metadata)
from projects.tc_clip.apis.feature_reading import read_facts, read_feature

FEATURES = {
    'a/x.mp4': np.arange(6, dtype=np.float32).reshape(2, 3),
    'b/x.y.mp4': -np.ones((1, 3), np.float32),
    'c.mp4': np.full((0, 3), 1, np.float32),
}


def save(folder, kind):
    """Writes features, and with them others that are not read."""
    store = FORMATS[kind](folder)
    for name in sorted(FEATURES, reverse=True):
        store.add(name, Path(name),
                  dict(frames=FEATURES[name], video=np.zeros(2)))
    store.close()
    put_metadata(folder, dict(format=kind, what=['frames', 'video']), False)


@pytest.mark.parametrize('kind', FORMATS)
def test_features_come_back(tmp_path, kind):
    if FORMATS[kind] is ParquetParts:
        pytest.importorskip('pyarrow')
    save(tmp_path, kind)
    found = dict(read_feature(tmp_path, 'frames'))
    assert {*found} == {*FEATURES}
    for name, wanted in FEATURES.items():
        np.testing.assert_array_equal(found[name], wanted)
        assert found[name].shape == wanted.shape


def test_tables_need_pyarrow(tmp_path, monkeypatch):
    put_metadata(tmp_path, dict(format='parquet', what=['video']), False)
    monkeypatch.setitem(sys.modules, 'pyarrow.parquet', None)
    with pytest.raises(ValueError, match='pip install pyarrow'):
        next(read_feature(tmp_path, 'video'))


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match='has no features.json: give'):
        read_facts(tmp_path, 'logits')
    save(tmp_path, 'npz')
    assert read_facts(tmp_path, 'video')['format'] == 'npz'
    with pytest.raises(
            ValueError, match='features frames, video: extract log'):
        next(read_feature(tmp_path, 'logits'))


def test_a_damaged_file_is_named(tmp_path):
    save(tmp_path, 'npz')
    (tmp_path / 'c.mp4.npz').write_bytes(b'half')
    with pytest.raises(ValueError, match='c.mp4.npz is damaged: remove it'):
        list(read_feature(tmp_path, 'frames'))


@pytest.mark.parametrize('text', ['[]', '{"root": 3}'])
def test_another_record_is_refused(tmp_path, text):
    (tmp_path / 'features.json').write_text(text)
    with pytest.raises(SystemExit, match='is not a record of features'):
        read_facts(tmp_path, 'video')
