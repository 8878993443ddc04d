"""Files of class names, in tools/predict.py."""
import pytest

from tests.bad_input.cases import NAMES

FILES = dict(
    none=('a.txt', b''),
    twice=('a.txt', b'run\nrun\n'),
    gap=('a.csv', b'id,name\n0,run\n2,sit\n'),
    encoding=('a.txt', 'run\njump\n'.encode('utf-16')),
    long=('a.txt', b'very ' * 100 + b'long\nrun\n'),
    case=('a.txt', b'Run\nrun\n'),
    one=('a.txt', b'run\n'),
    crlf=('a.csv', b'\xef\xbb\xbfid,name\r\n0,run\r\n1,sit\r\n'),
    emoji=('a.txt', '🏃 تشغيل\n跑步\n'.encode()))


@pytest.mark.parametrize('key', NAMES)
def test_predict(key, predict, tmp_path):
    case = NAMES[key]
    name, content = FILES.get(key, ('a.txt', None))
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    said = predict('--class-names', path)
    assert case.message.replace('NAMES', str(path)) in said
    assert ('Probabilities' in said) == case.done.startswith('read')
    if key == 'emoji':
        assert '🏃 تشغيل' in said and '跑步' in said
    if key == 'one':
        assert '100.0%  run' in said


def test_latin_1_is_named_as_well(predict, tmp_path):
    path = tmp_path / 'a.csv'
    path.write_bytes('id,name\n0,é'.encode('latin-1'))
    assert f'error: {path} is not UTF-8 (' in predict('--class-names', path)
