"""What is known of videos after interrupted and shared checks."""
import os

import pytest

from projects.tc_clip.datasets.preparation import decode_record
from projects.tc_clip.datasets.preparation.decode_record import DecodeRecord
from projects.tc_clip.shards import Shard

NAMES = [f'{i}.mp4' for i in range(5)]


@pytest.fixture
def decoded(tmp_path, monkeypatch):
    """Makes files, and lists those that are decoded; 2.mp4 is broken."""
    for name in NAMES:
        (tmp_path / name).write_text(name)
    decoded = []

    def decode_each(paths, workers):
        for path in paths:
            name = os.path.basename(path)
            if name == os.environ.get('STOP_AT'):
                raise KeyboardInterrupt
            decoded.append(name)
            yield path, 'is broken' if name == '2.mp4' else ''

    monkeypatch.setattr(decode_record, 'decode_each', decode_each)
    return decoded


def test_an_interrupted_check_goes_on(tmp_path, decoded, monkeypatch):
    monkeypatch.setenv('STOP_AT', '3.mp4')
    with pytest.raises(KeyboardInterrupt):
        DecodeRecord(tmp_path).decode(NAMES, 2)
    monkeypatch.delenv('STOP_AT')
    assert DecodeRecord(tmp_path).decode(NAMES, 2) == []
    assert decoded == NAMES
    problems = DecodeRecord(tmp_path).problems(NAMES)
    assert problems == {**dict.fromkeys(NAMES, ''), '2.mp4': 'is broken'}


def test_shards_add_up(tmp_path, decoded):
    left = [
        DecodeRecord(tmp_path, Shard(i, 3)).decode(NAMES, 1) for i in (2, 0, 1)
    ]
    assert left == [['0.mp4', '1.mp4', '3.mp4', '4.mp4'], ['1.mp4', '4.mp4'],
                    []]
    assert decoded == ['2.mp4', '0.mp4', '3.mp4', '1.mp4', '4.mp4']
    assert DecodeRecord(tmp_path).problems(NAMES)['2.mp4'] == 'is broken'


def test_a_replaced_file_is_checked_again(tmp_path, decoded):
    record = DecodeRecord(tmp_path)
    record.decode(NAMES, 1)
    (tmp_path / '1.mp4').write_text('longer content')
    os.utime(tmp_path / '3.mp4', ns=(1, 1))
    assert record.problems(NAMES).keys() == {'0.mp4', '2.mp4', '4.mp4'}
    record.decode(NAMES, 1)
    assert decoded == [*NAMES, '1.mp4', '3.mp4']
