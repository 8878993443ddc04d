"""Damaged and hostile checkpoints: weights or a named error, nothing run."""
import io
import json
import os
import pickle
import resource
import struct
import zipfile
from collections import OrderedDict

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from safetensors.torch import save_file

from projects.tc_clip.clip.foreign_files import read_file
from projects.tc_clip.clip.named_weights import read_weights
from projects.tc_clip.clip.recognition import nearest_layout, recognise
from projects.tc_clip.clip.safe_pickle import StandIn, read_tensors

NAMED = OSError, ValueError, pickle.UnpicklingError
STATE = OrderedDict([('visual.proj', torch.arange(6.).view(2, 3)),
                     ('positional_embedding', torch.ones(2).half())])
KINDS = 'zip.pth', 'legacy.pth', 'weights.safetensors', 'script.pth'


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    """Returns the bytes of a small checkpoint of each kind."""
    folder = tmp_path_factory.mktemp('valid')
    content = dict(model=STATE, epoch=3)
    torch.save(content, folder / KINDS[0])
    torch.save(
        content, folder / KINDS[1], _use_new_zipfile_serialization=False)
    save_file(dict(STATE), folder / KINDS[2], dict(class_names='["a", "b"]'))
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), folder / KINDS[3])
    return {name: (folder / name).read_bytes() for name in KINDS}


@st.composite
def damages(draw):
    """Draws places in a file, and what happens to the bytes there."""
    kinds = st.sampled_from(['flip', 'set', 'cut', 'insert', 'remove'])
    return [(draw(kinds), draw(st.floats(0, 1)), draw(st.binary(max_size=8)))
            for _ in range(draw(st.integers(1, 3)))]


def damaged(content, damage):
    """Returns the content with its damages."""
    content = bytearray(content)
    for kind, share, new in damage:
        place = int(share * len(content))
        if kind == 'cut':
            del content[place:]
        elif kind == 'flip' and place < len(content):
            content[place] ^= 1 << len(new) % 8
        elif kind == 'remove':
            del content[place:place + len(new)]
        elif kind == 'insert':
            content[place:place] = new
        elif kind == 'set':
            content[place:place + len(new)] = new
    return bytes(content)


def read(path):
    """Reads a file in both ways; errors must name it."""
    for function in read_weights, read_file:
        try:
            content = function(path)
        except NAMED as error:
            assert str(path) in str(error)
        else:
            assert isinstance(content, dict)
            recognise(content), nearest_layout(content)


@pytest.mark.parametrize('kind', KINDS)
@given(damage=damages())
def test_a_damaged_file_is_read_or_named(kind, files, tmp_path, damage):
    path = tmp_path / kind
    path.write_bytes(damaged(files[kind], damage))
    read(path)


@given(st.binary(max_size=200))
def test_any_bytes_are_named(tmp_path, content):
    for name in 'a.pth', 'a.safetensors':
        (tmp_path / name).write_bytes(content)
        read(tmp_path / name)


@pytest.mark.parametrize('kind', KINDS[:3])
def test_the_intact_file_is_read(kind, files, tmp_path):
    path = tmp_path / kind
    path.write_bytes(files[kind])
    for content in read_weights(path), read_file(path):
        state = content.get('model', content.get('state_dict', content))
        assert all(state[key].equal(value) for key, value in STATE.items())


DANGEROUS = [('os', 'system'), ('posix', 'system'), ('subprocess', 'call'),
             ('builtins', 'eval'),
             ('builtins', 'exec'), ('builtins', 'getattr'),
             ('builtins', '__import__'), ('__builtin__', 'getattr'),
             ('__builtin__', 'eval'), ('operator', 'attrgetter'),
             ('operator', 'methodcaller'), ('functools', 'partial'),
             ('torch', 'load'), ('torch.hub', 'load'),
             ('torch.utils', 'data.os.system'),
             ('torch._utils', '_rebuild_tensor_v2.__globals__'),
             ('runpy', '_run_code'), ('pickle', 'loads'), ('os', 'mkdir'),
             ('pathlib', 'Path.touch'), ('shutil', 'copyfile'),
             ('importlib', 'import_module'), ('codecs', 'encode'),
             ('mmengine.logging.history_buffer', 'HistoryBuffer')]


def name_of(module, name, stacked):
    """Returns the opcodes that push a global."""
    if stacked:
        return pickle.dumps(module, 4)[2:-1] + pickle.dumps(name,
                                                            4)[2:-1] + b'\x93'
    return f'c{module}\n{name}\n'.encode()


@st.composite
def payloads(draw, mark):
    """Draws a pickle that calls dangerous names in several ways."""
    text = st.sampled_from([
        f'touch {mark}', f'open({str(mark)!r}, "w")',
        f'__import__("os").system("touch {mark}")',
        str(mark), 'os', 'system', '__class__', '__globals__'
    ])
    body = b'\x80\x04'
    for _ in range(draw(st.integers(1, 3))):
        called = name_of(*draw(st.sampled_from(DANGEROUS)),
                         draw(st.booleans()))
        values = b''.join(
            pickle.dumps(value, 2)[2:-1]
            for value in draw(st.lists(text | st.just({}), max_size=3)))
        body += draw(
            st.sampled_from([
                called + b'(' + values + b'tR',
                b'(' + called + values + b'o',
                called + b'(' + values + b't\x81',
                called + b'(' + values + b'tb',
                called + b'(' + values + b'tRb',
                called + b'(' + called + values + b'tRR',
                called + b'(' + values + b'l(dtR',
            ])) + draw(st.sampled_from([b'', b'0', b'q\x01', b'h\x01']))
    return body + b'.'


def archive(pickled, data=b'', packing=zipfile.ZIP_STORED):
    """Returns a file of torch.save with another pickle."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', packing) as file:
        file.writestr('a/data.pkl', pickled)
        file.writestr('a/byteorder', 'little')
        file.writestr('a/data/0', data)
        file.writestr('a/version', '3\n')
    return buffer.getvalue()


def legacy(pickled):
    """Returns a file of torch.save before 1.6 with another pickle."""
    head = 0x1950a86a20f9469cfc6c, 1001, dict(little_endian=True)
    return b''.join(pickle.dumps(v, 2) for v in head) + pickled + \
        pickle.dumps([], 2)


def is_refused(function, path):
    """Returns whether a reader refuses a file, or has only stand-ins."""
    try:
        content = function(path)
    except NAMED:
        return True
    return isinstance(content, (StandIn, dict))


@pytest.mark.parametrize('wrap', [archive, legacy, bytes])
@given(data=st.data())
def test_what_a_pickle_calls_is_not_run(wrap, tmp_path, data):
    mark = tmp_path / 'mark'
    path = tmp_path / 'hostile.pth'
    path.write_bytes(wrap(data.draw(payloads(mark))))
    assert is_refused(read_weights, path) and is_refused(read_tensors, path)
    assert sorted(os.listdir(tmp_path)) == ['hostile.pth']


def test_the_payload_would_run(tmp_path):
    mark = tmp_path / 'mark'
    pickle.loads(f'cos\nsystem\n(Vtouch {mark}\ntR.'.encode())
    assert mark.exists()


def peak():
    """Returns the largest memory of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@given(
    st.sampled_from([
        b'Nr', b'N\x96', b'N\x8e', b'N\x8d', b'N\x95', b'N\x8b', b'NB', b'NX',
        b'NT'
    ]), st.sampled_from([b'\xf0\xff\xff\x0f', b'\0\0\0\x7f']))
@example(b'N\x96', b'\0\0\0\x70')
def test_numbers_in_a_pickle_reserve_no_memory(tmp_path, code, number):
    path, before = tmp_path / 'a.pth', peak()
    for wrap in archive, legacy:
        path.write_bytes(wrap(code + number + b'\0\0\0\0.'))
        assert is_refused(read_weights, path)
        assert is_refused(read_tensors, path)
    assert peak() - before < 300 << 20


def test_files_that_claim_gigabytes_are_refused(tmp_path, files):
    packed = archive(b'}.', bytes(1 << 27), zipfile.ZIP_DEFLATED)
    header = json.dumps({
        'a':
        dict(dtype='F32', shape=[1 << 32], data_offsets=[0, 1 << 34])
    }).encode()
    before = peak()
    for name, content, reason in (('packed.pth', packed, 'unpacks to 134217'),
                                  ('header.safetensors',
                                   struct.pack('<Q', len(header)) + header,
                                   ''), ('length.safetensors',
                                         struct.pack('<Q', 1 << 40), '')):
        path = tmp_path / name
        path.write_bytes(content)
        for function in read_weights, read_file:
            with pytest.raises(ValueError, match=f'^{path} .*{reason}'):
                function(path)
    assert peak() - before < 100 << 20
