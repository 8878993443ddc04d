"""Loads the config, the classes and the weights of an inferencer."""
import copy
import logging
from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Union

from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.logging import MMLogger, print_log

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


def check_weights(model: Any, checkpoint: Dict[str, Any]) -> None:
    """Raises a ValueError if a checkpoint lacks weights of the model."""
    given = checkpoint.get('state_dict', checkpoint)
    missing = [name for name in model.state_dict() if name not in given]
    if missing:
        raise ValueError(
            f'The checkpoint lacks {len(missing)} weights of the model, '
            f'{missing[0]} among them: give the config that it was trained '
            'with, or convert it with tools/convert_weights.py')
