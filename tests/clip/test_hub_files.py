"""Names of the hub, and its cache without network."""
import pytest

from projects.tc_clip.clip import hub_files
from projects.tc_clip.clip.hub_files import (HubName, hub_file, is_reachable,
                                             parse_name)
from tests.hub_cache import COMMIT


@pytest.mark.parametrize('name, parts', [
    ('hf://me/model', ('me/model', None, 'model.safetensors')),
    ('hf://me/model/', ('me/model', None, 'model.safetensors')),
    ('hf://me/model@v1', ('me/model', 'v1', 'model.safetensors')),
    ('hf://me/model/a.pth', ('me/model', None, 'a.pth')),
    ('hf://me/model@v1/b/a.pth', ('me/model', 'v1', 'b/a.pth')),
])
def test_parts_of_a_name(name, parts):
    assert parse_name(name) == HubName(*parts)


@pytest.mark.parametrize('name', [
    'hf://model', 'hf://', 'hf://me/', 'hf://me/mo del', 'hf://me/model@',
    'hf://me@v1/model', 'me/model'
])
def test_other_names_are_refused(name):
    with pytest.raises(ValueError, match='is not a name of the hub: write hf'):
        parse_name(name)


def test_files_of_the_cache(hub, tmp_path):
    for name in ('model.safetensors', 'config.py', 'a.pth'):
        (tmp_path / name).write_text(name)
    files = [tmp_path / 'model.safetensors', tmp_path / 'a.pth']
    snapshot = hub('me/model', *files)
    # a repository without config
    assert hub_file('hf://me/model') == snapshot / 'model.safetensors'
    assert hub_file('hf://me/model/a.pth').read_text() == 'a.pth'
    hub('me/model', *files, tmp_path / 'config.py', revision='v1', folder='b')
    path = hub_file('hf://me/model@v1/b/model.safetensors')
    assert path == snapshot / 'b/model.safetensors'
    assert path.with_name('config.py').is_file()
    path = hub_file(f'hf://me/model@{COMMIT}/b/a.pth')
    assert path == snapshot / 'b/a.pth'


@pytest.mark.parametrize(
    'name', ['hf://me/model', 'hf://me/model@v2/a.pth', 'hf://me/other/a.pth'])
def test_files_that_are_not_cached(hub, tmp_path, name):
    (tmp_path / 'a.pth').write_text('')
    hub('me/model', tmp_path / 'a.pth')
    with pytest.raises(FileNotFoundError) as error:
        hub_file(name)
    assert str(error.value) == (
        f'{name} is not in the cache of the hub (HF_HUB_CACHE), and the hub '
        'cannot be reached: download it elsewhere, and give the file in place '
        'of the name')


def test_names_that_the_hub_refuses(hub):
    with pytest.raises(FileNotFoundError) as error:
        hub_file('hf://me/mo..del')
    message = str(error.value)
    assert message.startswith('hf://me/mo..del cannot be downloaded: ')
    assert '\n' not in message


class Session:
    """A connection that works, or does not."""

    def __init__(self, error=None):
        self.error, self.asked = error, []

    def head(self, url, timeout):
        self.asked.append((url, timeout))
        if self.error:
            raise self.error


@pytest.mark.parametrize('error', [None, OSError('no route')])
def test_the_hub_is_asked_once_and_not_for_long(monkeypatch, error, hub,
                                                tmp_path):
    session = Session(error)
    monkeypatch.setattr(hub_files, 'get_session', lambda: session)
    assert not is_reachable() and session.asked == []  # HF_HUB_OFFLINE
    monkeypatch.setattr(hub_files.constants, 'HF_HUB_OFFLINE', False)
    assert is_reachable() == (error is None)
    assert session.asked == [(hub_files.constants.ENDPOINT, 5)]
    calls = []
    (tmp_path / 'model.safetensors').write_text('')
    hub('me/model', tmp_path / 'model.safetensors')
    download = hub_files.hf_hub_download

    def watched(*args, local_files_only, **options):
        calls.append(local_files_only)
        return download(*args, local_files_only=True, **options)

    monkeypatch.setattr(hub_files, 'hf_hub_download', watched)
    assert hub_file('hf://me/model').is_file()
    # weights and config
    assert calls == [error is not None] * 2 and len(session.asked) == 2
