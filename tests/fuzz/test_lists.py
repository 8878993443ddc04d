"""Any bytes as a list: names or records, or an error that names the file."""
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from projects.tc_clip.datasets.text_bags import AddTextBag
from projects.tc_clip.datasets.video_lists import read_video_list
from projects.tc_clip.models.text import load_class_names
from projects.tc_clip.models.text.descriptors import load_word_lists

DEEP = b'{"0": ' + b'[' * 100_000
# As many digits as Python refuses to read from 3.11 on.
LONG = b'9' * 5000
LINES = st.lists(
    st.one_of(
        st.sampled_from([
            b'id,name', b'0,a', b'1,"b', b'"', b'\x00', b'a b.mp4 3', b'x -1',
            b'x --5', b'\xef\xbb\xbf', b'\xff', b'{"0": "a"}', b'{}', b'[]',
            b'"', b'{"0": "\\ud800"}', b'{"0": {"a": 1}, "0": NaN}', b'\r'
        ]), st.binary(max_size=12),
        st.text(max_size=8).map(lambda text: text.encode(errors='replace'))),
    max_size=6).map(b'\n'.join)
FILES = st.one_of(
    LINES,
    st.recursive(
        st.one_of(st.none(), st.integers(), st.text(max_size=4)),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from(['0', '1', '2', ' 0', 'a', '٣']),
            inner,
            max_size=3)).map(json.dumps).map(str.encode))


def read(function, path, content):
    """Reads a file; returns None if an error names the file."""
    path.write_bytes(content)
    try:
        return function(path)
    # TypeError: of class names that are not texts, as documented
    except (OSError, TypeError, ValueError) as error:
        assert str(path) in str(error), error
        return None


def are_texts(names):
    """Returns whether all are texts that can be printed, and not blank."""
    return all(name.strip() and name.encode() for name in names)


@pytest.mark.parametrize('suffix', ['.txt', '.csv', '.json'])
@given(content=FILES)
@example(content=b'0,' + b'a' * 200_000)
@example(content=LONG + b',a')
@example(content=b'{"' + LONG + b'": "a"}')
@example(content=b'{"0": ' + LONG + b'}')
@example(content=b'{"0": "\\ud800"}')
@example(content=DEEP)
def test_class_names(suffix, tmp_path, content):
    names = read(load_class_names, tmp_path / f'names{suffix}', content)
    if names is not None:
        assert names and are_texts(names) and len({*names}) == len(names)


@given(content=FILES)
@example(content=DEEP)
@example(content=b'{"0": ["\\ud800"]}')
def test_words_of_classes(tmp_path, content):
    lists = read(load_word_lists, tmp_path / 'words.json', content)
    if lists is not None:
        assert all(isinstance(words, list) for words in lists)
        assert are_texts(word for words in lists for word in words)


@given(content=FILES)
@example(content=DEEP)
def test_words_of_videos(tmp_path, content):

    def words(path):
        bags = AddTextBag(['a'], [['b']], path, bag_size=2)
        return bags(dict(label=0, filename='0.mp4'))['text_bag']

    found = read(words, tmp_path / 'words.json', content)
    assert found is None or len(found) == 2 and are_texts(found)


@given(
    content=FILES,
    delimiter=st.sampled_from([' ', ',', '\t']),
    several=st.booleans(),
    labelled=st.booleans())
@example(content=b'x ' + LONG, delimiter=' ', several=False, labelled=True)
@example(content=b'x --5', delimiter=' ', several=False, labelled=True)
def test_lists_of_videos(tmp_path, content, delimiter, several, labelled):
    videos = read(
        lambda path: read_video_list(path, delimiter, several, labelled),
        tmp_path / 'list.txt', content)
    for video in videos or ():
        assert video.path and video.labels
        assert min(video.labels) >= (0 if labelled else -1)
        assert several or len(video.labels) == 1
