"""Reads checkpoints by name: files, folders, and files of the hub.

MMEngine's ``CheckpointLoader`` reads every checkpoint through the functions
below: those of ``load_from``, ``resume``, tools/test.py and inferencers.
Official files are read as they are, without running their pickles;
:mod:`recognition` converts them where a model loads them.
"""
import json
import os
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Dict, Mapping, Optional, Union

import torch
from mmengine.runner import CheckpointLoader
from safetensors import safe_open

from .damaged_files import naming_damage
from .foreign_files import read_file
from .hub_files import CONFIG, PREFIX, WEIGHTS, hub_file
from .recognition import foreign_state, nearest_layout, recognise
from .safe_pickle import checked_dict, is_torchscript

CLASSES = 'class_names'  # in the header of model.safetensors, as JSON


def find_weights(name: Union[str, Path]) -> Path:
    """Finds the file of a checkpoint; one of the hub is downloaded.

    Args:
        name: a file, a folder of :func:`save_pretrained`, or a name of the
            hub, see :func:`hub_file`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a name of the hub has another form.
    """
    if str(name).startswith(PREFIX):
        return hub_file(str(name))
    path = Path(name).expanduser()
    if path.is_dir():
        if not (path / WEIGHTS).is_file():
            raise FileNotFoundError(
                f'{path} is a folder without {WEIGHTS}: name the file of the '
                'checkpoint in it')
        path = path / WEIGHTS
    if not path.is_file():
        raise FileNotFoundError(f'{path} can not be found.')
    return path


def read_weights(path: Path, map_location: Any = None) -> Dict[str, Any]:
    """Reads a checkpoint of this project, or of another one.

    Args:
        path: file of ``torch.save``, or a ``.safetensors`` file.
        map_location: see ``torch.load``.

    Returns:
        What the file holds; of a ``.safetensors`` file ``state_dict``, and
        ``meta`` with the text of the config beside it and the class names.

    Raises:
        UnpicklingError: its pickle names more than weights need, and no layout
            of other projects fits. Nothing of it was run.
        ValueError: the same, for a file that is not ours; it says what the
            file is like. Also for a TorchScript archive, a file that is
            damaged or no file of weights, and one that holds no dict.
    """
    if path.suffix == '.safetensors':
        return _read_safetensors(path)
    if is_torchscript(path):
        raise ValueError(
            f"{path} is a TorchScript archive, as OpenAI's CLIP is: name it "
            'as model.backbone.pretrained, or convert it by '
            'tools/convert_weights.py openai')
    try:
        with naming_damage(path):
            content = torch.load(path, map_location=map_location)
        return _with_meta(path, checked_dict(path, content))
    except UnpicklingError as error:
        refused = error
    try:
        content = read_file(path)
    except Exception:  # a broken file, whatever its error
        raise refused
    if recognise(content) is None:
        raise _not_recognised(path, content) or refused
    return content


def _with_meta(path: Path, content: Dict[str, Any]) -> Dict[str, Any]:
    """Checks the ``meta`` of a checkpoint, which MMEngine relies on."""
    meta = content.get('meta', {})
    if meta is None:
        del content['meta']
    elif 'state_dict' in content and not isinstance(meta, dict):
        raise ValueError(f"{path}: its 'meta' must be a dict, but is a "
                         f'{type(meta).__name__}: save it without')
    return content


def _not_recognised(path: Path, content: Mapping[str,
                                                 Any]) -> Optional[ValueError]:
    """Returns the error for a file that is not ours; None if it is ours."""
    if not foreign_state(content):
        return None
    reason = nearest_layout(content) or 'No layout knows any of its names.'
    return ValueError(
        f'{path} holds more than weights, and is not an official '
        f'file that is known (docs/weights.md). {reason}')


def _read_safetensors(path: Path) -> Dict[str, Any]:
    """Reads weights, class names, and the text of the config beside them."""
    with naming_damage(path), safe_open(path, 'pt') as file:
        state = {key: file.get_tensor(key) for key in file.keys()}
        header = file.metadata() or {}
    meta: Dict[str, Any] = {}
    if CLASSES in header:
        meta['dataset_meta'] = dict(classes=json.loads(header[CLASSES]))
    config = path.with_name(CONFIG)
    if path.name == WEIGHTS and config.is_file():
        meta['cfg'] = config.read_text(encoding='utf-8')
    return dict(state_dict=state, meta=meta)


@CheckpointLoader.register_scheme(prefixes=PREFIX)
def load_from_hub(filename: str, map_location: Any = None) -> Dict[str, Any]:
    """Loads a checkpoint of the hub, for MMEngine.

    Args:
        filename: see :func:`hub_file`.
        map_location: see ``torch.load``.
    """
    return read_weights(hub_file(filename), map_location)


# in place of MMEngine's, which reads neither folders nor official files
@CheckpointLoader.register_scheme(prefixes='', force=True)
def load_from_local(filename: Union[str, 'os.PathLike[str]'],
                    map_location: Any = None) -> Dict[str, Any]:
    """Loads a checkpoint of this machine, for MMEngine.

    Args:
        filename: a file, or a folder of :func:`save_pretrained`.
        map_location: see ``torch.load``.
    """
    return read_weights(find_weights(os.fspath(filename)), map_location)
