"""Writes a model to a folder from which it is loaded by name."""
import copy
import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Union

from mmengine.config import Config
from open_clip.pretrained import get_pretrained_cfg
from safetensors import torch as safetensors

from ..clip.hub_files import CONFIG, WEIGHTS
from ..clip.named_weights import CLASSES
from ..datasets.pipelines import frames_and_clips
from ..files import write_bytes, write_text
from ..models.text.class_names import load_class_names
from ..models.text.descriptors import load_word_lists
from .config_text import config_from_text
from .inferencer import TCCLIPInferencer

_IMPORTS = dict(
    default_scope='mmaction',
    custom_imports=dict(imports=['projects.tc_clip']))
CARD = '''---
license: {license}
library_name: mmaction2
pipeline_tag: video-classification
tags:
- clip
- video-classification
---

# {title}

{system} for video recognition, in the layout of TC-CLIP for MMAction2.

```bash
python tools/predict.py clip.mp4 --checkpoint {title}
```

- Weights: `{weights}`, {count} parameters.
- Config: `{config}`, made from {source}.
- Licence: {license}.

## Sampling

{sampling}

## Classes

The model compares videos with texts of these {classes} classes. Other names
can be given at run time.

{names}
'''


def _files_as_values(head: Any) -> None:
    """Replaces files of texts in the config of a head by their content."""
    if head.get('wordings'):
        head.wordings = [
            load_class_names(wording)
            if isinstance(wording, str) and '{}' not in wording else wording
            for wording in head.wordings
        ]
    if head.get('descriptors'):
        head.descriptors = {
            kind: load_word_lists(source)
            for kind, source in head.descriptors.items()
        }


def _without_files(part: Any) -> None:
    """Removes ``pretrained`` where it is a file; tags name public weights."""
    arch = part.get('arch')
    tag = part.get('pretrained')
    if tag and not (isinstance(arch, str) and get_pretrained_cfg(arch, tag)):
        part.pretrained = None


def self_contained(config: Config, class_names: List[str],
                   source: str) -> Config:
    """Returns the part of a config that prediction needs, without files.

    Args:
        config: config with ``model`` and the pipelines of validation or test.
        class_names: the names of the classes.
        source: name of the config, for messages.

    Raises:
        OSError: a file of texts cannot be read.
        ValueError: a pipeline or the model holds more than plain values.
    """
    whole = copy.deepcopy(config)
    head = whole.model.cls_head
    head.class_names = [*class_names]
    _files_as_values(head)
    for part in (whole.model.backbone, head):
        _without_files(part)
    kept = config_from_text(whole.pretty_text, source)
    kept.merge_from_dict(_IMPORTS)  # for MMAction2's tools
    return kept


def _sampling(config: Config) -> str:
    """Describes frames and views of both pipelines, as a list."""
    lines = []
    kinds = dict(val_dataloader='Default', test_dataloader='`--test-views`')
    crops = dict(ThreeCrop=3, TenCrop=10)
    for loader, name in kinds.items():
        if loader not in config:
            continue
        pipeline = config[loader].dataset.pipeline
        sampled = frames_and_clips(pipeline)
        count = max(crops.get(step['type'], 1) for step in pipeline)
        if sampled:
            lines.append(f'- {name}: {sampled[0]} frames, {sampled[1]} clips '
                         f'x {count} crops')
    return '\n'.join(lines) or '- see the pipelines in the config'


def model_card(config: Config, title: str, source: str, license: str,
               count: int) -> str:
    """Returns the model card, with the front matter that the hub reads.

    Args:
        config: output of :func:`self_contained`.
        title: name of the model.
        source: name of the config that it was made from.
        license: licence of the weights, as the hub spells it.
        count: number of parameters.
    """
    names = config.model.cls_head.class_names
    return CARD.format(
        title=title,
        license=license,
        system=f'A {config.model.type} with {config.model.backbone.type}',
        weights=WEIGHTS,
        config=CONFIG,
        count=f'{count:,}',
        source=f'`{source}`',
        sampling=_sampling(config),
        classes=len(names),
        names='\n'.join(f'{i}. {name}' for i, name in enumerate(names)))


def save_pretrained(model: Any,
                    folder: Union[str, Path],
                    config: Optional[Config] = None,
                    source: str = '',
                    license: str = 'unknown') -> None:
    """Writes weights, config and model card to a folder.

    ``TCCLIPInferencer.from_pretrained(folder)`` loads it, and so does any tool
    that takes a checkpoint. A repository of the hub holds the same files.

    Args:
        model: a :class:`TCCLIPInferencer`, or a recognizer.
        folder: folder to write, which is made if it is missing. It gets
            ``model.safetensors``, ``config.py`` and ``README.md``.
        config: config of the model and its pipelines; not needed for an
            inferencer.
        source: name of the config for the model card; its file if not given.
        license: licence of the weights for the model card, as the hub spells
            it. Official weights of TC-CLIP are under ``cc-by-nc-4.0``.

    Raises:
        OSError: a file cannot be read or written.
        ValueError: there is no config, or it holds more than plain values.
    """
    if isinstance(model, TCCLIPInferencer):
        config, model = config or model.cfg, model.model
    config = config or getattr(model, 'cfg', None)
    if config is None:
        raise ValueError('save_pretrained needs the config of the model, with '
                         'its pipelines: give config=...')
    folder = Path(folder)
    filename = getattr(config, 'filename', None)
    source = source or (Path(filename).name if filename else 'a config')
    names = model.cls_head.class_names
    whole = self_contained(config, names, source)
    state: Dict[str, Any] = {
        key: value.detach().cpu().clone().contiguous()
        for key, value in model.state_dict().items()
    }
    header = dict(format='pt', **{CLASSES: json.dumps(names)})
    write_bytes(folder / WEIGHTS, safetensors.save(state, header))
    write_text(folder / CONFIG, whole.pretty_text.rstrip() + '\n')
    count = sum(p.numel() for p in model.parameters())
    write_text(
        folder / 'README.md',
        model_card(whole,
                   folder.resolve().name, source, license, count))
