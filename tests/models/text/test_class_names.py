import json
import re

import pytest

from projects.tc_clip.models.text import load_class_names


@pytest.fixture
def write(tmp_path):
    """Writes a file of the given name and returns its path."""

    def write(name, text):
        path = tmp_path / name
        path.write_text(text, encoding='utf-8')
        return path

    return write


def test_a_list_is_returned_as_a_new_list():
    names = ['run', 'jump']
    loaded = load_class_names(names)
    assert loaded == names and loaded is not names
    assert load_class_names(('run', 'jump')) == names


def test_txt_counts_lines_and_drops_space_around_names(write):
    path = write('a.txt', 'brush hair \n run\nJumpRope\n\n')
    assert load_class_names(path) == ['brush hair', 'run', 'JumpRope']
    assert load_class_names(str(path)) == ['brush hair', 'run', 'JumpRope']


@pytest.mark.parametrize('newline', ['\n', '\r\n'])
@pytest.mark.parametrize('mark', ['', '\ufeff'])
def test_csv_with_quotes_any_order_and_a_byte_order_mark(write, newline, mark):
    lines = ['id,name', '1,"Moving, slowly"', '0,"say ""hi"""', '2,é', '']
    path = write('a.csv', mark + newline.join(lines))
    assert load_class_names(path) == ['say "hi"', 'Moving, slowly', 'é']


def test_csv_without_a_header(write):
    path = write('a.csv', '0,"Moving, slowly"\n1,b\n')
    assert load_class_names(path) == ['Moving, slowly', 'b']


def test_json_keeps_texts_whole_and_orders_numerically(write):
    texts = {str(i): f'Name {i}: what a person does, ' for i in range(11)}
    path = write('a.json', json.dumps(dict(reversed([*texts.items()]))))
    assert load_class_names(path) == [*texts.values()]


@pytest.mark.parametrize('name, text, message', [
    ('a.txt', 'a\n\nb', 'the name with id 1 is empty'),
    ('a.txt', 'a\nb\na', "the ids 0 and 2 share the name 'a'"),
    ('a.txt', '', 'there is no name'),
    ('a.csv', '', 'there is no name'),
    ('a.csv', 'number,name\n0,a', "the id 'number' of 'name' is not a whole"),
    ('a.csv', 'a\nb', "'a' has 1 columns, not 2"),
    ('a.csv', 'id,name\n0,a, b', "'0,a, b' has 3 columns"),
    ('a.csv', 'id,name\n0,a\n2,b', 'has 2 classes, but none with the id 1'),
    ('a.csv', 'id,name\n1,a\n2,b', 'has 2 classes, but none with the id 0'),
    ('a.csv', 'id,name\n0,a\n0,b', "id 0 is given to both 'a' and 'b'"),
    ('a.csv', 'id,name\n0,a\nx,b', "the id 'x' of 'b' is not a whole number"),
    ('a.csv', 'id,name\n-1,a', "the id '-1' of 'a' is not a whole number"),
    ('a.csv', 'id,name\n0,a\n1,a', "the ids 0 and 1 share the name 'a'"),
    ('a.csv', 'id,name\n0,""', 'the name with id 0 is empty'),
    ('a.json', '{"0": "a", "0": "b"}', "id 0 is given to both 'a' and 'b'"),
    ('a.json', '["a", "b"]', 'but holds a list'),
    ('a.json', '{"0": "a"', 'not valid JSON'),
    ('a.json', '{"0": " "}', 'the name with id 0 is empty'),
])
def test_malformed_files_are_refused_by_name(write, name, text, message):
    path = write(name, text)
    with pytest.raises(
            ValueError, match=f'{re.escape(str(path))}.*{re.escape(message)}'):
        load_class_names(path)


def test_names_must_be_strings(write):
    path = write('a.json', '{"0": "a", "1": 7}')
    with pytest.raises(TypeError, match='a.json: the name with id 1 .* is 7'):
        load_class_names(path)
    with pytest.raises(TypeError, match='class names: the name with id 0'):
        load_class_names([3])


def test_lists_are_checked_too():
    with pytest.raises(ValueError, match='class names: the ids 0 and 1 share'):
        load_class_names(['a', 'a'])


def test_missing_file_and_unknown_suffix(tmp_path):
    with pytest.raises(FileNotFoundError, match='none.csv: no such file'):
        load_class_names(tmp_path / 'none.csv')
    with pytest.raises(ValueError, match=r"from a '.yaml' file: give"):
        load_class_names(tmp_path / 'names.yaml')
