"""A cache of the Hugging Face hub, made by hand, and no network."""
import shutil
from pathlib import Path

import pytest
from huggingface_hub import constants

COMMIT = 'c0ffee' * 6 + 'beef'


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """Puts files into the cache: ``hub('me/model', file, ...)``.

    The hub is offline, as with ``HF_HUB_OFFLINE=1``, which is read at import.
    """
    cache = tmp_path / 'hub'
    monkeypatch.setattr(constants, 'HF_HUB_CACHE', str(cache))
    monkeypatch.setattr(constants, 'HF_HUB_OFFLINE', True)

    def put(repo, *files, revision='main', folder=''):
        home = cache / f'models--{repo.replace("/", "--")}'
        snapshot = home / 'snapshots' / COMMIT
        (snapshot / folder).mkdir(parents=True, exist_ok=True)
        for file in map(Path, files):
            shutil.copyfile(file, snapshot / folder / file.name)
        (home / 'refs').mkdir(exist_ok=True)
        (home / 'refs' / revision).write_text(COMMIT)
        return snapshot

    return put
