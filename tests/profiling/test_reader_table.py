"""The table of readers counts right frames."""
from pathlib import Path

import numpy as np
import pytest

from projects.tc_clip.profiling import reader_table
from projects.tc_clip.profiling.reader_table import (READERS, is_same,
                                                     read_all, sampled)


def test_the_frames_of_views():
    assert sampled(160, 1) == [*range(5, 160, 10)]
    assert len(sampled(160, 4)) == 64 and len(sampled(20, 4)) == 20


@pytest.mark.parametrize('name, right', [('h264.mp4', 80), ('h264.ts', 1)])
def test_wrong_frames_of_decord_are_counted(name, right, odd_video,
                                            all_frames):
    path, truth = Path(odd_video(name)), all_frames(name)
    alone, checked = (
        read_all(READERS[reader], path, truth, 1)
        for reader in ('decord alone', 'SafeDecordInit'))
    assert (alone.right, alone.asked) == (right, 80)
    assert (checked.right, checked.asked) == (80, 80)
    assert checked.seconds > 0
    assert str(checked).startswith('80/80, ')


def test_errors_are_results(odd_video, all_frames):
    name = 'av1.mp4'
    found = read_all(READERS['decord alone'], Path(odd_video(name)),
                     all_frames(name), 1)
    assert str(found) == 'error' and 'DECORDError' in found.error


def test_frames_of_other_places_and_shapes_are_wrong():
    truth = np.zeros((2, 4, 4, 3), np.uint8)
    assert is_same(truth[0] + 2, truth, 0)
    assert not is_same(truth[0] + 3, truth, 0)
    assert not is_same(truth[0], truth, 2)
    assert not is_same(truth[0][:2], truth, 0)


def test_a_row_for_each_file(odd_video, monkeypatch):
    readers = {name: READERS[name] for name in ('decord alone', )}
    monkeypatch.setattr(reader_table, 'available', lambda: readers)
    lines = [*reader_table.reader_table(1, [Path(odd_video('h264.mp4'))])]
    assert lines[:2] == [
        '| file | frames | decord alone |', '| --- | --- | --- |'
    ]
    assert lines[2].startswith('| h264.mp4 | 90 | 80/80, ') and len(lines) == 3
