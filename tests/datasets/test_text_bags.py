"""Bags of texts that are drawn for videos."""
import json
from collections import Counter

import pytest
import torch
from mmaction.registry import TRANSFORMS

from projects.tc_clip.datasets.text_bags import sample_bag

NAMES = ['yoga', 'ski jumping', 'idle']
CLASS_WORDS = [['stretch', 'yoga', 'breathe'], ['leap', 'fly'], []]
VIDEO_WORDS = {'a_01': ['sit', 'stretch', 'yoga'], 'b': [], 'c': ['wave']}


@pytest.fixture
def make(tmp_path):
    """Builds the transform, with words of the videos in a file."""
    path = tmp_path / 'words.json'
    path.write_text(json.dumps(VIDEO_WORDS))

    def make(**options):
        return TRANSFORMS.build(
            dict(
                dict(
                    type='AddTextBag',
                    class_names=NAMES,
                    class_words=CLASS_WORDS,
                    video_words=str(path)), **options))

    return make


def bag(transform, label, filename):
    """Returns the bag of a video."""
    results = transform(dict(label=label, filename=filename))
    return results['text_bag']


def test_whole_copies_and_a_random_rest():
    words = ['a', 'b', 'c']
    rests = Counter()
    for seed in range(300):
        torch.manual_seed(seed)
        drawn = sample_bag(words, 8)
        assert drawn[:6] == words * 2 and len({*drawn[6:]}) == 2
        rests.update(drawn[6:])
    # 600 draws of three, each drawn in two of three bags
    assert {*rests} == {*words}
    assert all(abs(count - 200) < 40 for count in rests.values())
    assert {*sample_bag([*'abcdefgh'], 3)} < {*'abcdefgh'}
    assert sample_bag(words, 3) == words


def test_words_of_class_and_video_without_the_class_name(make):
    texts = bag(make(bag_size=6), 0, 'videos/yoga/a_01.mp4')
    assert Counter(texts) == {
        'yoga. stretch': 2,
        'yoga. breathe': 2,
        'yoga. sit': 2
    }
    assert bag(make(bag_size=2), 1,
               'b.mp4') == ['ski jumping. leap', 'ski jumping. fly']
    only = make(bag_size=4, video_words=None)
    assert Counter(bag(only, 0, 'd.mp4')) == {
        'yoga. stretch': 2,
        'yoga. breathe': 2
    }


def test_without_words_there_is_the_class(make):
    assert bag(make(), 2, 'b.mp4') == ['idle'] * 16


def test_bags_are_drawn_by_the_seed(make):
    transform = make(bag_size=4)
    drawn = []
    for seed in (1, 1, 2, 3, 4):
        torch.manual_seed(seed)
        drawn.append(tuple(bag(transform, 0, 'a_01.mp4')))
    assert drawn[0] == drawn[1] and len({*drawn}) > 1


def test_it_says_what_it_does(make):
    assert 'AddTextBag(classes=3' in repr(make())


def test_a_video_without_a_list_is_named(make):
    with pytest.raises(ValueError, match="json has no list of words for 'd'"):
        bag(make(), 0, 'x/d.mp4')


@pytest.mark.parametrize('options, message', [
    (dict(bag_size=0), 'bag_size=0 must be 1 or more'),
    (dict(class_words=[['a']]), 'lists of 1 classes for 3 class names'),
])
def test_options_without_meaning(make, options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)
