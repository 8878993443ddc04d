"""Reads checkpoints by name: files, folders, and files of the hub.

MMEngine's ``CheckpointLoader`` reads every checkpoint through the functions
below: those of ``load_from``, ``resume``, tools/test.py and inferencers.
Official files are read as they are, without running their pickles;
:mod:`recognition` converts them where a model loads them.
"""
import json
import os
import re
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Dict, Mapping, Optional, Union

import torch
from mmengine.runner import CheckpointLoader
from safetensors import SafetensorError, safe_open

from .foreign_files import read_file
from .hub_files import CONFIG, PREFIX, WEIGHTS, hub_file
from .recognition import foreign_state, nearest_layout, recognise
from .safe_pickle import check_sizes, first_line, is_torchscript

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
        OSError: the file cannot be opened.
        UnpicklingError: the file is broken; or its pickle names more than
            weights need, and no layout of other projects fits. Nothing of it
            was run.
        ValueError: the same, for a file that is not ours; it says what the
            file is like. Also for a TorchScript archive, a broken
            ``.safetensors`` file, and an archive that unpacks to more than
            its size.
    """
    if path.suffix == '.safetensors':
        return _read_safetensors(path)
    if is_torchscript(path):
        raise ValueError(
            f"{path} is a TorchScript archive, as OpenAI's CLIP is: name it "
            'as model.backbone.pretrained, or convert it by '
            'tools/convert_weights.py openai')
    check_sizes(path)
    try:
        return torch.load(path, map_location=map_location)
    except OSError:
        raise
    except UnpicklingError as error:
        refused = _refusal(path, error)
    except Exception as error:  # a broken file, whatever its error
        raise UnpicklingError(
            f'{path} is not loaded: it is not a file of '
            f'weights, or broken ({first_line(error)})') from error
    try:
        content = read_file(path)
    except Exception:  # a broken file, whatever its error
        raise refused
    if recognise(content) is None:
        raise _not_recognised(path, content) or refused
    return content


def _refusal(path: Path, error: UnpicklingError) -> UnpicklingError:
    """Returns torch's refusal of a pickle in one line."""
    reason = str(error)
    named = re.search(r'GLOBAL (\w[\w.]*)', reason)
    if named:
        reason = (f'it names {named[1]}, which weights do not need and which '
                  'could run any code')
    elif 'WeightsUnpickler error' in reason:
        reason = 'it is not a file of weights, or broken'
    return UnpicklingError(f'{path} is not loaded: {reason}')


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
    try:
        with safe_open(path, 'pt') as file:
            state = {key: file.get_tensor(key) for key in file.keys()}
            header = file.metadata() or {}
        classes = json.loads(header.get(CLASSES, 'null'))
    except (RecursionError, SafetensorError, ValueError) as error:
        raise ValueError(f'{path} is not a .safetensors file, or broken: '
                         f'{first_line(error)}') from error
    meta: Dict[str, Any] = {}
    if classes is not None:
        meta['dataset_meta'] = dict(classes=classes)
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
