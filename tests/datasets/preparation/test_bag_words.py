"""Words of classes and videos, from files of users."""
import json

import pytest

from projects.tc_clip.datasets.preparation.bag_words import (class_words,
                                                             clean_words,
                                                             video_texts,
                                                             video_words)

NAMES = ['yoga', 'ski jumping', 'idle']


@pytest.fixture
def write(tmp_path):
    """Writes JSON, or text as it is; returns the file."""

    def write(content):
        file = tmp_path / 'words.json'
        file.write_text(
            content if isinstance(content, str) else json.dumps(content))
        return file

    return write


def test_clean_words():
    words = [' stretch ', 'Yoga', 'stretch.', 'bend  over\n', '', '.', 'Bend']
    assert clean_words(words, 'yoga') == ['stretch', 'bend over', 'Bend']


@pytest.mark.parametrize('content', [
    {
        'idle': [],
        'yoga': ['stretch', 'yoga'],
        'ski jumping': ['leap', 'fly.']
    },
    {
        '1': ['leap', 'fly.'],
        '0': ['stretch', 'yoga'],
        '2': []
    },
])
def test_classes_by_name_or_id(write, content):
    found = class_words(write(content), NAMES)
    assert found == [['stretch'], ['leap', 'fly'], []]


@pytest.mark.parametrize('content, message', [
    ({
        'yoga': [],
        'ski': [],
        'idle': []
    }, r"2 names are only in one .*\['ski', 'ski jumping'\]"),
    ('{"yoga": ["a"], "yoga": ["b"], "idle": [], "ski jumping": []}',
     'each once; 0 names'),
    ({
        '0': [],
        '1': []
    }, 'has words of 2 classes, but there are 3'),
    ({
        'yoga': 'bend',
        'ski jumping': [],
        'idle': []
    }, "class with id 0 needs a list of texts, .* 'bend'"),
    ('[1]', 'must hold one JSON object'),
    ('{', 'not valid JSON'),
])
def test_words_of_other_classes(write, content, message):
    with pytest.raises(ValueError, match=message):
        class_words(write(content), NAMES)


def test_a_file_that_is_not_there(tmp_path):
    for read in (lambda file: class_words(file, NAMES), video_texts):
        with pytest.raises(ValueError, match='no.json is not there'):
            read(tmp_path / 'no.json')


def test_texts_of_videos_by_stem(write):
    file = write({'a/b.mp4': 'a man runs', 'c.1': ['x', 'y'], 'd.webm': []})
    assert video_texts(file) == {
        'b': ['a man runs'],
        'c.1': ['x', 'y'],
        'd': []
    }


@pytest.mark.parametrize('content, message', [
    ({
        'a/b.mp4': 'x',
        'b': 'y'
    }, "several entries of the video 'b'"),
    ({
        'b.mp4': 3
    }, "'b.mp4' needs a text or a list of texts, but has 3"),
    ({
        'b.mp4': ['x', None]
    }, r'but has \["x", null\]'),
])
def test_texts_without_meaning(write, content, message):
    with pytest.raises(ValueError, match=message):
        video_texts(write(content))


def test_words_of_all_sources_are_joined():
    found = video_words(['v/a.mp4', 'b.avi', 'c.mp4'], [{
        'a': ['leap', 'run '],
        'x': ['not listed']
    }, {
        'a': ['run', 'sit'],
        'b': []
    }], True)
    assert found == {'a': ['leap', 'run', 'sit'], 'b': [], 'c': []}


def test_videos_without_words_are_named():
    with pytest.raises(ValueError, match='1 of 2 videos .* as v/a.mp4: add'):
        video_words(['v/a.mp4', 'b.mp4'], [{'b': []}])


def test_videos_of_one_name():
    with pytest.raises(ValueError, match="several videos have the name 'a'"):
        video_words(['v/a.mp4', 'b.mp4', 'a.avi'], [{'a': []}])
