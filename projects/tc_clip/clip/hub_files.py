"""Files of the Hugging Face hub, named ``hf://ORG/REPO[@REVISION][/FILE]``."""
import re
from pathlib import Path
from typing import NamedTuple, Optional, Sequence

from huggingface_hub import constants, hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError
from huggingface_hub.utils import get_session

PREFIX = 'hf://'
# What `save_pretrained` writes.
WEIGHTS, CONFIG = 'model.safetensors', 'config.py'
_NAME = re.compile(r'hf://(?P<repo>[^/@\s]+/[^/@\s]+)(?:@(?P<revision>[^/\s]+)'
                   r')?(?:/(?P<file>[^\s]*[^/\s]))?/?')


class HubName(NamedTuple):
    """A file of a repository of the hub.

    Attributes:
        repo: organisation and name, ``'ORG/REPO'``.
        revision: branch, tag or commit; None: the main branch.
        file: path in the repository.
    """
    repo: str
    revision: Optional[str]
    file: str


def parse_name(name: str) -> HubName:
    """Reads the parts of a name.

    Args:
        name: ``hf://ORG/REPO``, which means its ``model.safetensors``,
            ``hf://ORG/REPO/FILE`` or ``hf://ORG/REPO@REVISION/FILE``.

    Raises:
        ValueError: the name has another form.

    Example:
        >>> parse_name('hf://me/tcclip@v1/k400.pth')
        HubName(repo='me/tcclip', revision='v1', file='k400.pth')
    """
    match = _NAME.fullmatch(name)
    if not match:
        raise ValueError(f'{name!r} is not a name of the hub: write '
                         'hf://ORG/REPO, hf://ORG/REPO/FILE or '
                         'hf://ORG/REPO@REVISION/FILE')
    return HubName(match['repo'], match['revision'], match['file'] or WEIGHTS)


def is_reachable(seconds: float = 5) -> bool:
    """Returns whether the hub answers in this time.

    A download would try for half a minute before it looks into the cache.

    Args:
        seconds: time to wait for an answer.
    """
    if constants.HF_HUB_OFFLINE:
        return False
    try:
        get_session().head(constants.ENDPOINT, timeout=seconds)
    except Exception:  # releases of the hub's package use two HTTP packages
        return False
    return True


def cached_file(repo: str, names: Sequence[str]) -> Optional[Path]:
    """Returns the first of some files that is in the hub's cache.

    Args:
        repo: organisation and name, ``'ORG/REPO'``.
        names: paths in the repository.
    """
    for name in names:
        found = try_to_load_from_cache(repo, name)
        if isinstance(found, str):  # else None, or a mark that it is absent
            return Path(found)
    return None


def hub_file(name: str) -> Path:
    """Returns the local file of a name, which is downloaded once.

    Without network, or with ``HF_HUB_OFFLINE=1``, it is the file in the hub's
    cache (``HF_HUB_CACHE``). With
    ``model.safetensors`` comes the ``config.py`` beside it, if there is one.

    Args:
        name: see :func:`parse_name`.

    Raises:
        FileNotFoundError: the file is not in the cache and the hub cannot be
            reached, or the hub does not have it.
        ValueError: see :func:`parse_name`.
    """
    wanted, offline = parse_name(name), not is_reachable()
    path = Path(_download(name, wanted, offline))
    if path.name == WEIGHTS:
        config = Path(wanted.file).with_name(CONFIG).as_posix()
        try:
            hf_hub_download(
                wanted.repo,
                config,
                revision=wanted.revision,
                local_files_only=offline)
        except EntryNotFoundError:  # other weights have none
            return path
    return path


def _download(name: str, wanted: HubName, offline: bool) -> str:
    """Downloads a file; errors of the hub become one line."""
    try:
        return hf_hub_download(
            wanted.repo,
            wanted.file,
            revision=wanted.revision,
            local_files_only=offline)
    except LocalEntryNotFoundError as error:
        raise FileNotFoundError(
            f'{name} is not in the cache of the hub (HF_HUB_CACHE), and the '
            'hub cannot be reached: download it elsewhere, and give the file '
            'in place of the name') from error
    except (OSError, ValueError) as error:
        reason = ' '.join(str(error).split())
        raise FileNotFoundError(
            f'{name} cannot be downloaded: {reason}') from error
