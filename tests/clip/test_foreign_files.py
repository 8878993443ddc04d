"""How files of other code bases hold their weights."""
import pytest
import torch
from safetensors.torch import save_file

from projects.tc_clip.clip.foreign_files import (LAYOUTS, WRITABLE, read_file,
                                                 state_of, two_states_of)


class Config:
    """A class that is not to be loaded."""


def test_a_state_dict_may_lie_in_a_checkpoint():
    state = dict(a=torch.ones(1), b=torch.ones(2))
    wrapped = {f'module.{key}': value for key, value in state.items()}
    for checkpoint in (state, dict(model=state), dict(model_state=state),
                       dict(state_dict=wrapped)):
        assert state_of(checkpoint, 'a.pth') == state


@pytest.mark.parametrize('checkpoint, message', [
    (dict(model=Config()), 'the model must be a state dict, but is a Config'),
    (dict(model=dict(x=1, logit_scale=torch.ones(()), y='')),
     'these values are not tensors: x, y'),
])
def test_a_file_without_a_state_dict_is_named(checkpoint, message):
    with pytest.raises(ValueError) as error:
        state_of(checkpoint, 'a.pth')
    assert str(error.value) == f'a.pth: {message}'


def test_two_state_dicts_of_one_file():
    clip, fusion = dict(a=torch.ones(1)), {'module.b': torch.ones(2)}
    file = dict(epoch=3, model_state_dict=clip, fusion_model_state_dict=fusion)
    state = two_states_of(file, 'a.pt')
    assert state == {'a': clip['a'], 'fusion.b': fusion['module.b']}
    assert LAYOUTS['action_clip'].wrap(state) == dict(
        model_state_dict=clip, fusion_model_state_dict=fusion)
    with pytest.raises(ValueError) as error:
        two_states_of(dict(model_state_dict=clip), 'a.pt')
    assert str(error.value) == (
        'a.pt does not hold fusion_model_state_dict: the official files of '
        'ActionCLIP hold both')


@pytest.mark.parametrize('layout',
                         [name for name in WRITABLE if name != 'action_clip'])
def test_files_hold_what_is_read_from_them(layout):
    state = {'a.b': torch.ones(1)}
    layout = LAYOUTS[layout]
    assert layout.unwrap(layout.wrap(state), 'a.pt') == state


def test_safetensors(tmp_path):
    state = dict(a=torch.randn(2, 3))
    save_file(state, tmp_path / 'a.safetensors')
    assert read_file(tmp_path / 'a.safetensors')['a'].equal(state['a'])
