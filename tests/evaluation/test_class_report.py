"""The report of a test by class."""
import csv

import cv2
import pytest

from projects.tc_clip.evaluation.class_report import (ScoredVideo, as_table,
                                                      confusion_matrix,
                                                      write_report)

NAMES = ['walk', 'run, fast', 'none']
VIDEOS = [
    ScoredVideo('a.mp4', 0, 0, 0.9),
    ScoredVideo('b.mp4', 0, 1, 0.5),
    ScoredVideo('c.mp4', 0, 1, 0.4),
    ScoredVideo('d.mp4', 1, 1, 0.8),
]


def test_matrix():
    matrix = confusion_matrix(VIDEOS, 3)
    assert matrix.tolist() == [[1, 2, 0], [0, 1, 0], [0, 0, 0]]


def test_table():
    lines = as_table(confusion_matrix(VIDEOS, 3), NAMES).splitlines()
    assert [line.split() for line in lines[1:]] == [
        ['walk', '3', '1', '33.3%', 'run,', 'fast'],
        ['run,', 'fast', '1', '1', '100.0%'],
        ['none', '0', '0', '-'],
    ]


def test_files(tmp_path):
    files = write_report(tmp_path / 'report', VIDEOS, NAMES)
    assert sorted(tmp_path.glob('report/*')) == sorted(files)
    classes, mistakes = ([*csv.reader(file.open())] for file in files[:2])
    assert classes == [['class', 'videos', 'right'], ['walk', '3', '1'],
                       ['run, fast', '1', '1'], ['none', '0', '0']]
    assert mistakes[1:] == [['b.mp4', 'walk', 'run, fast', '0.5000'],
                            ['c.mp4', 'walk', 'run, fast', '0.4000']]
    assert cv2.imread(str(files[2])).shape[0] > 300


@pytest.mark.parametrize('classes, pixels', [(5, 400), (60, 1500)])
def test_a_picture_grows_with_its_classes(tmp_path, classes, pixels):
    names = [f'class {i}' for i in range(classes)]
    *_, picture = write_report(tmp_path, VIDEOS, names)
    assert cv2.imread(str(picture)).shape[0] > pixels
