"""Finds the configs and tools of this project, in a checkout or in a wheel."""
import difflib
from pathlib import Path
from typing import List, Union

_PACKAGE = Path(__file__).resolve().parent


def shipped_path(name: str) -> Path:
    """Finds a file or folder of the configs or tools.

    Args:
        name: its path in a checkout, such as ``'tools/predict.py'``.

    Raises:
        FileNotFoundError: the installation does not hold it.
    """
    # a wheel holds them in the package, a checkout beside `projects`
    for root in (_PACKAGE, _PACKAGE.parents[1]):
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(
        f'There is no {name} for {_PACKAGE}: install the wheel of tc-clip, or '
        'use a whole checkout')


def config_folder() -> Path:
    """Returns the folder of the configs.

    Raises:
        FileNotFoundError: the installation does not hold configs.
    """
    return shipped_path('configs/_base_').parent


def config_names() -> List[str]:
    """Lists the short names of all configs except those in ``_base_``."""
    folder = config_folder()
    names = [f.relative_to(folder).as_posix() for f in folder.rglob('*.py')]
    return sorted(name for name in names if not name.startswith('_base_/'))


def _is_file(path: Path) -> bool:
    """Returns whether a file is there; a path may be too long for one."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def config_file(name: Union[str, Path]) -> Path:
    """Finds a config.

    Args:
        name: a file, or a short name: the path below ``configs``, such as
            ``'zero_shot/tcclip_k400.py'``, with or without ``configs/`` in
            front. An existing file of that path takes precedence.

    Returns:
        The file.

    Raises:
        FileNotFoundError: there is neither; the message names the most similar
            configs.

    Example:
        >>> from mmengine.config import Config
        >>> config = Config.fromfile(config_file('tcclip_k400.py'))
    """
    short = Path(name).as_posix()
    if short.startswith('configs/'):
        short = short[len('configs/'):]
    for path in (Path(name), config_folder() / short):
        if _is_file(path) and (path == Path(name) or '..' not in path.parts):
            return path
    known = config_names()
    similar = difflib.get_close_matches(short, known, n=3) or known[:3]
    raise FileNotFoundError(
        f'{name} is neither a file nor one of the {len(known)} configs of '
        f'this project. Similar names: {", ".join(similar)}')


def zero_shot_config(system: str) -> Path:
    """Finds the zero-shot config of a system.

    Args:
        system: its name, with which the names of its configs begin, such as
            ``'tcclip'``.

    Raises:
        FileNotFoundError: there is none.
    """
    whole = config_folder() / f'zero_shot/{system}.py'  # of a model as it is
    return whole if whole.is_file() else config_file(
        f'zero_shot/{system}_k400.py')
