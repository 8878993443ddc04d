"""What results depend on: the model, its classes and its input."""
import hashlib
import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Union

from ..files import sha256
from ..version import __version__
from .inferencer import TCCLIPInferencer

_LONGEST_VALUE = 200  # characters of a value in an error


def config_hash(*parts: Any) -> str:
    """Hashes parts of a config."""
    text = json.dumps(parts, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode()).hexdigest()


def weights_hash(model: Any) -> str:
    """Hashes the weights of a model, wherever they came from."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def settings_of(inferencer: TCCLIPInferencer, config: Union[str, Path],
                checkpoint: Optional[str]) -> Dict[str, Any]:
    """Returns all settings of a model that results depend on, as plain data.

    Args:
        inferencer: the model, its classes and its views.
        config: where its config comes from; an ``.onnx`` file is the model.
        checkpoint: where its weights come from.
    """
    model = inferencer.cfg.model.to_dict()
    for name in ('class_names', 'wordings'):
        model.get('cls_head', {}).pop(name, None)
    is_file = str(config).endswith('.onnx')
    # left out where it is float32, as in records of earlier versions
    dtype = str(inferencer.dtype).rpartition('.')[2]
    precision = {} if dtype == 'float32' else dict(precision=dtype)
    return dict(
        precision,
        version=__version__,
        config=dict(
            file=str(config),
            sha256=config_hash(model, inferencer.pipeline_config)),
        checkpoint=dict(
            file=checkpoint,
            weights_sha256=sha256(Path(config))
            if is_file else weights_hash(inferencer.model)),
        class_names=inferencer.class_names,
        wordings=inferencer.wordings)


def _short(value: Any) -> str:
    """Returns a value as shortened JSON."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else \
        f'{text[:_LONGEST_VALUE]}...'


def _without_file(value: Any) -> Any:
    """Returns a dict without the path in ``file``: only the content counts."""
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if key != 'file'}


def differences(known: Dict[str, Any], metadata: Dict[str, Any]) -> List[str]:
    """Describes each entry that differs, in one line."""
    lines = []
    for key in {**known, **metadata}:
        old, new = known.get(key), metadata.get(key)
        if _without_file(old) != _without_file(new):
            lines.append(f'  {key}: {_short(old)} there, {_short(new)} now')
    return lines
