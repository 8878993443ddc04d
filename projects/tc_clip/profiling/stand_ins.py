"""Stand-ins for texts that users supply, where only costs are measured."""
from pathlib import Path
from typing import Any, List

from mmengine.config import Config

from ..models.text.class_names import load_class_names

# Descriptors of each kind and class that OST's authors publish.
NUM_DESCRIPTORS = 4


def _is_absent(source: Any) -> bool:
    """Returns whether a config names a file that does not exist."""
    return isinstance(source, str) and not Path(source).is_file()


def bare_names(file: str) -> str:
    """Returns the file of the bare names of classes whose names are rephrased.

    Args:
        file: ``labels/llm/NAMES.json``.

    Raises:
        FileNotFoundError: there is no ``labels/NAMES.csv``.
    """
    bare = Path(file).parents[1] / f'{Path(file).stem}.csv'
    if not bare.is_file():
        raise FileNotFoundError(
            f'{file}: no such file of class names, and no {bare} to measure '
            'costs with: correct class_names')
    return str(bare)


def use_stand_ins(config: Config) -> List[str]:
    """Replaces texts of a model whose files are absent.

    Costs depend on the number and the length of texts, and not on what they
    say. Rephrased class names become bare names, which are shorter.
    Descriptors are four of each kind for every class, as many as published.

    Args:
        config: a config, whose model is changed.

    Returns:
        Names of what was replaced.

    Raises:
        FileNotFoundError: see :func:`bare_names`.
    """
    head, replaced = config.model.cls_head, []
    if _is_absent(head.get('class_names')):
        head.class_names = bare_names(head.class_names)
        replaced.append('class names, without their descriptions')
    files = head.get('descriptors') or {}
    if any(_is_absent(file) for file in files.values()):
        names = load_class_names(head.class_names)
        head.descriptors = {
            kind: [[f'{kind} part {i} of it' for i in range(NUM_DESCRIPTORS)]
                   for _ in names]
            for kind in files
        }
        replaced.append('descriptors')
    return replaced
