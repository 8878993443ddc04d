"""Loads the config, the classes and the weights of an inferencer."""
import copy
import logging
import re
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Union

from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.logging import MMLogger, print_log
from mmengine.runner import CheckpointLoader

from ..clip.recognition import recognise
from ..config_files import config_file
from ..models.recognizers.onnx_recognizer import onnx_config
from ..models.text.class_texts import Names


def read_config(model: Union[str, Path, Config]) -> Config:
    """Reads the config of a model.

    Args:
        model: a config, which is copied; its file or short name; or an
            ``.onnx`` file.

    Raises:
        FileNotFoundError: there is no such file.
    """
    if isinstance(model, Config):
        return copy.deepcopy(model)
    if str(model).endswith('.onnx'):
        return onnx_config(model)
    return Config.fromfile(config_file(model))


def prepare_config(model: Union[str, Path, Config, None],
                   weights: Optional[str], class_names: Optional[Names],
                   wordings: Sequence[str]) -> Config:
    """Reads the config of a model and puts chosen classes into it.

    Args:
        model: see :func:`read_config`.
        weights: name of a checkpoint, which may have class names.
        class_names: class names, or a file of them.
        wordings: other wordings of the same classes.

    Raises:
        ValueError: there is no config, or no model in it, or an ``.onnx`` file
            is to have other weights or classes.
    """
    if model is None:
        raise ValueError('Give a config, or a checkpoint that carries one')
    config = read_config(model)
    if not isinstance(config.get('model'), dict):
        raise ValueError('The config has no model=dict(...): give the config '
                         'of a model')
    config.pop('visualizer', None)  # it would write files
    if config.model.type != 'OnnxRecognizer':
        choose_classes(config.model, class_names, wordings)
        if weights and class_names is None:
            replace_missing_names(config.model, weights)
    elif weights or class_names is not None or wordings:
        raise ValueError('An .onnx file holds its weights and classes: export '
                         'another one with tools/export.py')
    return config


def choose_classes(model: Any, class_names: Optional[Names],
                   wordings: Sequence[str]) -> None:
    """Writes class names into the config of a model, if any are given."""
    head: Any = model.get('cls_head') or {}
    kind = MODELS.get(head['type']) if 'type' in head else None
    if not hasattr(kind, 'set_classes'):
        raise ValueError(
            f'{head.get("type")} takes no class names: give a config with '
            "cls_head=dict(type='TCCLIPHead', ...), or use MMAction2's "
            'inferencer')
    if class_names is not None:
        head.class_names = class_names
    if wordings:
        head.wordings = list(wordings)


def replace_missing_names(model: Any, weights: str) -> None:
    """Takes class names from a checkpoint if the config's file is absent.

    A config names the file relative to the folder that the training ran in.

    Args:
        model: config of the model.
        weights: its checkpoint.
    """
    names = model.cls_head.get('class_names')
    if not isinstance(names, (str, Path)) or Path(names).is_file():
        return
    trained = trained_classes(CheckpointLoader.load_checkpoint(weights, 'cpu'))
    if trained:
        model.cls_head.class_names = trained


def trained_classes(checkpoint: Dict[str, Any]) -> List[str]:
    """Returns the class names in a checkpoint; an empty list without them."""
    meta = checkpoint.get('meta') or {}
    return [*((meta.get('dataset_meta') or {}).get('classes') or ())]


def check_class_count(model: Any, checkpoint: Dict[str, Any]) -> None:
    """Raises a ValueError if learned prompts do not fit the chosen classes.

    Args:
        model: the model with the chosen classes.
        checkpoint: its weights.
    """
    prompts = getattr(model.cls_head, 'prompts', None)
    if prompts is not None:
        found = recognise(checkpoint)
        state = found.state if found else without_prefix(checkpoint)
        vectors = state.get('cls_head.prompt_vectors')
        prompts.check_classes(vectors, model.cls_head.num_classes)


def start_from_clip(model: Any) -> None:
    """Initialises a model, with CLIP's weights if its config names them."""
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel(logging.WARNING)  # MMEngine lists all parameters
    try:
        model.init_weights()
    finally:
        logger.setLevel(level)
    clip = getattr(model.backbone, 'pretrained', None)
    weights = f'CLIP ({clip}), zero-shot: the parts that TC-CLIP adds are ' \
        'untrained' if clip else 'random: its predictions mean nothing'
    print_log(
        f'No checkpoint is given. The model is {weights}.',
        logger='current',
        level=logging.WARNING)


def without_prefix(checkpoint: Dict[str, Any]) -> Dict[str, Any]:
    """Returns the weights of a checkpoint under the names of its model.

    Args:
        checkpoint: a file of MMEngine or a state dict. Names may begin with
            ``module.``, as those of a model in its wrapper do.
    """
    state = checkpoint.get('state_dict', checkpoint)
    return {re.sub(r'^module\.', '', key): state[key] for key in state}
