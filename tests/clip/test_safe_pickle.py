"""Reading checkpoints whose pickles hold foreign or hostile objects."""
import io
import os
import pickle
import sys
import types
from collections import OrderedDict

import pytest
import torch

from projects.tc_clip.clip.safe_pickle import (StandIn, TensorUnpickler,
                                               read_tensors)

FORMATS = pytest.mark.parametrize('zipped', [True, False])


def save(obj, path, zipped):
    torch.save(obj, path, _use_new_zipfile_serialization=zipped)


class Hostile:
    """Runs a command when it is unpickled."""

    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


@FORMATS
@pytest.mark.parametrize('function', [os.system, eval, exec])
def test_nothing_in_the_file_is_run(tmp_path, function, zipped):
    mark = tmp_path / 'mark'
    code = {
        os.system: f'touch {mark}'
    }.get(function, f'open({str(mark)!r}, "w")')
    path = tmp_path / 'hostile.pth'
    save({
        'model': {
            'w': torch.ones(2)
        },
        'config': Hostile(function, code)
    }, path, zipped)

    checkpoint = read_tensors(path)

    assert not mark.exists()
    assert isinstance(checkpoint['config'], StandIn)
    assert checkpoint['model']['w'].tolist() == [1, 1]
    # the same file does run its command if it is loaded as torch.load does
    torch.load(path, weights_only=False)
    assert mark.exists()


def make_config():
    """Returns an object of classes that vanish from the modules again."""
    module = types.ModuleType('vanished_omegaconf')
    source = '''
from collections import UserDict
from enum import Enum

class Flag(Enum):
    ON = 1

class ListConfig(list):
    pass

class Bag(set):
    def __reduce__(self):
        return Bag, (), {'note': 1}

class Node:
    __slots__ = ('value', )

class Config(dict):
    pass
'''
    exec(source, module.__dict__)
    for value in list(vars(module).values()):
        if isinstance(value, type):
            value.__module__ = module.__name__
    config = module.Config(flag=module.Flag.ON, items=module.ListConfig('abc'))
    node = module.Node()
    node.value = config  # slots, and a cycle
    config.parent, config['bag'] = node, module.Bag()
    return module, config


@FORMATS
def test_classes_that_are_not_installed_become_stand_ins(
        tmp_path, monkeypatch, zipped):
    module, config = make_config()
    path = tmp_path / 'official.pth'
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, module.__name__, module)
        save(
            {
                'model': OrderedDict(w=torch.arange(3)),
                'config': config,
                'classes': [module.Config, module.Flag]
            }, path, zipped)
    with pytest.raises(ModuleNotFoundError, match='vanished_omegaconf'):
        torch.load(path, weights_only=False)

    checkpoint = read_tensors(path)

    assert list(checkpoint) == ['model', 'config', 'classes']
    assert type(checkpoint['config']) is StandIn
    assert vars(checkpoint['config']) == {}
    assert checkpoint['classes'] == [StandIn, StandIn]
    assert checkpoint['model']['w'].tolist() == [0, 1, 2]


@FORMATS
def test_what_the_standard_types_hold_is_exact(tmp_path, zipped):
    base = torch.randn(4, 6)
    saved = dict(
        whole=base,
        rows=base[1:3],
        turned=base.t(),
        half=base.half(),
        brain=base.bfloat16(),
        parameter=torch.nn.Parameter(base.clone()),
        scalar=torch.tensor(3.5),
        nested=[(1, 'a', None), {
            'x': torch.Size([2, 3])
        }],
        dtype=torch.float16,
        device=torch.device('cpu'))
    path = tmp_path / 'tensors.pth'
    save(saved, path, zipped)

    loaded = read_tensors(path)

    for key, value in saved.items():
        assert type(loaded[key]) is type(value), key
        if isinstance(value, torch.Tensor):
            assert loaded[key].dtype == value.dtype
            assert torch.equal(loaded[key], value)
        else:
            assert loaded[key] == value
    assert loaded['turned'].stride() == (1, 6)
    loaded['whole'].zero_()  # one storage, as it was saved
    assert loaded['rows'].abs().sum() == 0 == loaded['turned'].abs().sum()
    assert loaded['half'].abs().sum() > 0


def test_a_pickle_cannot_change_what_it_is_given():
    # BUILD would set these defaults on the function that find_class returns
    name = b'ctorch._utils\n_rebuild_tensor_v2\n'
    state = pickle.dumps((None, {'__defaults__': (7, )}), 0)[:-1]
    TensorUnpickler(io.BytesIO(name + state + b'b.')).load()
    assert torch._utils._rebuild_tensor_v2.__defaults__ == (None, )


def test_files_that_hold_no_checkpoint(tmp_path):
    path = tmp_path / 'list.pth'
    torch.save([1], path)
    with pytest.raises(ValueError) as error:
        read_tensors(path)
    assert str(error.value) == f'{path} must hold a dict, but holds a list.'
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), path)
    with pytest.raises(ValueError) as error:
        read_tensors(path)
    assert str(error.value) == (f'{path} is a TorchScript archive, not a '
                                'checkpoint of tensors; convert it as layout '
                                '`openai`.')
