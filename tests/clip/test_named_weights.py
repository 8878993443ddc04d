"""Checkpoints are read by name, and run nothing."""
import os
from pickle import UnpicklingError

import pytest
import torch
from mmengine.runner import CheckpointLoader, load_checkpoint
from safetensors.torch import save_file

from projects.tc_clip.clip.named_weights import find_weights
from tests.small import make_model, perturb


class Hostile:
    """Runs a command when it is unpickled."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command, )


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Works in an empty folder."""
    monkeypatch.chdir(tmp_path)


def load(name):
    return CheckpointLoader.load_checkpoint(name, 'cpu')


def test_files_and_folders_are_found(hub, tmp_path):
    save_file(dict(a=torch.ones(2)), 'model.safetensors')
    for name in ('.', 'model.safetensors', tmp_path):
        assert find_weights(name).samefile('model.safetensors')
    snapshot = hub('me/model', 'model.safetensors')
    assert find_weights('hf://me/model') == snapshot / 'model.safetensors'
    for name in ('none', 'none.pth'):
        with pytest.raises(FileNotFoundError, match=f'^{name} can not be fo'):
            find_weights(name)
    (tmp_path / 'empty').mkdir()
    with pytest.raises(FileNotFoundError, match='^empty is a folder without'):
        find_weights('empty')


def test_a_folder_gives_config_and_class_names():
    header = dict(format='pt', class_names='["up", "d\\u00f6wn"]')
    save_file(dict(a=torch.ones(2)), 'model.safetensors', header)
    want = dict(dataset_meta=dict(classes=['up', 'döwn']))
    for name in ('model.safetensors', '.'):
        file = load(name)
        assert file['state_dict']['a'].tolist() == [1, 1]
        assert file['meta'] == want
    with open('config.py', 'w') as config:
        config.write('model = 1\n')
    assert load('.')['meta'] == dict(want, cfg='model = 1\n')
    # other weights beside it have another config, or none
    save_file(dict(a=torch.ones(2)), 'other.safetensors')
    assert load('other.safetensors')['meta'] == {}


@pytest.mark.parametrize('name', ['hf://me/model/a.pth', 'a.pth'])
def test_mmengine_loads_by_name(hub, name):
    model, other = make_model(), make_model(seed=1)
    torch.save(dict(state_dict=perturb(other, .1).state_dict()), 'a.pth')
    hub('me/model', 'a.pth')
    load_checkpoint(model, name, strict=True)
    state = model.state_dict()
    assert all(v.equal(state[k]) for k, v in other.state_dict().items())


def test_our_file_with_a_command_is_refused(tmp_path):
    state = make_model().state_dict()
    command = Hostile(f'touch {tmp_path}/mark')
    torch.save(dict(state_dict=state, meta=command), 'ours.pth')
    with pytest.raises(UnpicklingError) as error:
        load('ours.pth')
    assert str(error.value).startswith('ours.pth is not loaded: ')
    assert 'posix.system, which weights do not need' in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    assert not (tmp_path / 'mark').exists()


def test_an_official_file_with_a_command_runs_nothing(tmp_path):
    state = {
        'visual.class_embedding': torch.ones(3),
        'logit_scale': torch.ones(())
    }
    state['mit.positional_embedding'] = torch.ones(1, 2, 3)
    command = Hostile(f'touch {tmp_path}/mark')
    torch.save(dict(model=state, config=command), 'official.pth')
    assert load('official.pth')['model']['logit_scale'] == 1
    state['mit.extra'] = torch.ones(1)
    torch.save(dict(model=state, config=command), 'strange.pth')
    with pytest.raises(ValueError) as error:
        load('strange.pth')
    assert str(error.value) == (
        'strange.pth holds more than weights, and is not an official file '
        'that is known (docs/weights.md). It is most like the layout x_clip, '
        'which does not have 1 of its 4 names: mit.extra.')
    torch.save(dict(model=dict(x=torch.ones(1)), config=command), 'other.pth')
    with pytest.raises(ValueError, match='No layout knows any of its names.$'):
        load('other.pth')
    assert not (tmp_path / 'mark').exists()


def test_archives_of_torchscript_are_named():
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), 'clip.pt')
    with pytest.raises(ValueError, match='^clip.pt is a TorchScript archive'):
        load('clip.pt')


@pytest.mark.parametrize('meta, message', [
    ('text', "a.pth: its 'meta' must be a dict, but is a str: save it wi"),
    (None, ''),
])
def test_meta_is_a_dict(meta, message):
    torch.save(dict(state_dict={}, meta=meta), 'a.pth')
    if message:
        with pytest.raises(ValueError, match=f'^{message}'):
            load('a.pth')
    else:
        assert load('a.pth') == dict(state_dict={})
