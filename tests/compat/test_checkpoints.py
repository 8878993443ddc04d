"""Checkpoints of MMEngine load; no file runs code."""
import os
import pickle
import zipfile

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer, MessageHub
from mmengine.runner import load_checkpoint, save_checkpoint

from projects.tc_clip.compat import checkpoints as compat
from tests.small import make_model

restricted = pytest.mark.skipif(
    not hasattr(torch.serialization, 'add_safe_globals'),
    reason='torch before 2.4 has no list of safe classes')


@pytest.fixture
def checkpoint(tmp_path):
    """A file with the history and the best score of a run."""
    hub = MessageHub('test_compat')
    for loss in (3., 1.):
        hub.update_scalar('train/loss', loss)
    hub.update_info('best_score', np.float64(0.75))
    path = tmp_path / 'epoch_1.pth'
    save_checkpoint(
        dict(
            message_hub=hub.state_dict(),
            meta=dict(flag=np.bool_(True), seen=np.arange(3))), str(path))
    return path


def assert_complete(path):
    loaded = torch.load(path, weights_only=True)
    hub = MessageHub('test_compat_loaded')
    hub.load_state_dict(loaded['message_hub'])
    history = hub.get_scalar('train/loss')
    assert isinstance(history, HistoryBuffer)
    assert (history.min(), history.mean(), history.current()) == (1, 2, 1)
    assert history.statistics('max') == 3
    assert hub.get_info('best_score') == 0.75
    assert loaded['meta']['flag']
    assert loaded['meta']['seen'].tolist() == [0, 1, 2]


@restricted
def test_history_and_numpy_values_load(checkpoint):
    assert_complete(checkpoint)


@restricted
@pytest.mark.parametrize('package', [b'numpy.core', b'numpy._core'])
def test_checkpoints_of_both_numpy_versions_load(checkpoint, tmp_path,
                                                 package):
    other = tmp_path / 'other.pth'
    with zipfile.ZipFile(checkpoint) as source, zipfile.ZipFile(other,
                                                                'w') as target:
        for name in source.namelist():
            data = source.read(name)
            for own in (b'numpy._core', b'numpy.core'):
                data = data.replace(own + b'.multiarray',
                                    package + b'.multiarray')
            target.writestr(name, data)
    assert_complete(other)


class Stranger:
    """A class that no checkpoint needs."""


class Call:
    """Asks the unpickler to call a function."""

    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


@restricted
@pytest.mark.parametrize('content, message', [
    (Stranger(), 'Stranger'),
    (Call(eval, '1 + 1'), 'eval'),
    (Call(getattr, HistoryBuffer, '__init__'), "attribute '__init__' of"),
    (Call(getattr, np.ndarray, 'max'), "attribute 'max' of"),
])
def test_everything_else_is_still_refused(tmp_path, content, message):
    torch.save(dict(content=content), tmp_path / 'odd.pth')
    with pytest.raises(Exception, match=message) as error:
        torch.load(tmp_path / 'odd.pth', weights_only=True)
    assert error.typename == 'UnpicklingError'


# --- restrict_loading -------------------------------------------------------


class Payload:
    """Creates a folder when it is unpickled."""

    def __init__(self, folder):
        self.folder = str(folder)

    def __reduce__(self):
        return os.mkdir, (self.folder, )


@pytest.fixture(params=['by torch', 'by this project'])
def loading(request, monkeypatch):
    """Loads as torch 2.6 and later do, and as earlier releases do here."""
    if request.param == 'by this project':
        monkeypatch.setattr(torch, '__version__', '2.5.1')
        monkeypatch.setattr(torch, 'load', torch.load)
        monkeypatch.setattr(torch.serialization, 'load', torch.load)
        assert compat.restrict_loading()
    elif compat.loads_pickles():
        pytest.skip('this torch does not load weights only by default')


@pytest.mark.parametrize('wrap', [
    lambda payload: payload,
    lambda payload: dict(state_dict={}, meta=payload),
    lambda payload: dict(state_dict=dict(weight=payload)),
])
@pytest.mark.parametrize('legacy', [False, True])
def test_payload_is_refused(wrap, legacy, loading, tmp_path):
    path, folder = tmp_path / 'evil.pth', tmp_path / 'made'
    torch.save(
        wrap(Payload(folder)), path, _use_new_zipfile_serialization=not legacy)
    for load in (torch.load, lambda path: load_checkpoint(make_model(), path)):
        with pytest.raises(pickle.UnpicklingError, match='mkdir'):
            load(str(path))
    assert not folder.exists()


def test_bare_pickle_is_refused(loading, tmp_path):
    path, folder = tmp_path / 'evil.pth', tmp_path / 'made'
    path.write_bytes(pickle.dumps(Payload(folder), 2))
    with pytest.raises((pickle.UnpicklingError, RuntimeError)):
        torch.load(str(path))
    assert not folder.exists()


def test_what_training_saves_is_read(loading, checkpoint):
    assert torch.load(checkpoint)['message_hub']


@pytest.mark.parametrize('options', [dict(weights_only=False)])
def test_callers_may_trust_a_file(options, loading, tmp_path):
    path, folder = tmp_path / 'trusted.pth', tmp_path / 'made'
    torch.save(Payload(folder), path)
    torch.load(path, **options)
    assert folder.is_dir()


def test_loading_is_replaced_only_where_it_is_needed(monkeypatch):
    load = torch.load
    monkeypatch.setattr(torch, '__version__', '2.6.0+cpu')
    monkeypatch.delenv('TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', raising=False)
    assert not compat.restrict_loading() and torch.load is load
    monkeypatch.setenv('TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', '1')
    assert compat.loads_pickles()
