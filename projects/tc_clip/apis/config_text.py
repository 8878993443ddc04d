"""Reads the text of a config that a checkpoint carries, without running it.

MMEngine stores the text of the resolved config in checkpoints, and would run
it as Python. A checkpoint may come from anybody. Here a config consists of
plain values, and builds only parts that are registered.
"""
import ast
from typing import Any, Dict

from mmengine.config import Config

from ..allowed_types import check_types

_ADVICE = 'it is not run. Give the config that it was trained with (--config)'
_LOADERS = 'val_dataloader', 'test_dataloader'


def parse_config_text(text: str, source: str) -> Dict[str, Any]:
    """Reads the values of a config.

    Args:
        text: lines ``name = value`` of literals and ``dict(...)``, as MMEngine
            writes them.
        source: its checkpoint, for messages.

    Raises:
        ValueError: the text holds anything else; the message has the line.
    """
    try:
        tree = ast.parse(text)
        return dict(map(_assigned, tree.body))
    # of text that is not Python, nested too deeply, or has a list as a key
    except (SyntaxError, RecursionError, MemoryError, TypeError,
            ValueError) as error:
        raise ValueError(f'{source}: its config is not Python ({error}): '
                         f'{_ADVICE}') from error
    except _NotPlain as error:
        raise ValueError(f'{source}: its config holds {error}, which is not a '
                         f'plain value: {_ADVICE}') from error


class _NotPlain(Exception):
    """Names the part of a config that is not a plain value."""

    def __init__(self, node: ast.AST) -> None:
        code = ' '.join(ast.unparse(node).split())[:60]
        super().__init__(f'{code!r} in line {getattr(node, "lineno", "?")}')


def _assigned(node: ast.stmt) -> Any:
    """Returns name and value of a line ``name = value``."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1 or \
            not isinstance(node.targets[0], ast.Name):
        raise _NotPlain(node)
    return node.targets[0].id, _value(node.value)


def _value(node: Any) -> Any:
    """Returns the value of a literal or a ``dict(...)``."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        kinds = {ast.List: list, ast.Tuple: tuple, ast.Set: set}
        return kinds[type(node)](map(_value, node.elts))
    if isinstance(node, ast.Dict) and None not in node.keys:
        return dict(zip(map(_value, node.keys), map(_value, node.values)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _value(node.operand)
        if type(number) in (int, float):
            return -number
    if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'dict':
        return _dict_call(node)
    raise _NotPlain(node)


def _dict_call(node: ast.Call) -> Dict[Any, Any]:
    """Returns the value of ``dict(a=1)`` or ``dict({'a.b': 1}, c=2)``."""
    values: Dict[Any, Any] = {}
    for item in node.args:
        if not isinstance(item, ast.Dict):
            raise _NotPlain(node)
        values.update(_value(item))
    for keyword in node.keywords:
        if keyword.arg is None:
            raise _NotPlain(node)
        values[keyword.arg] = _value(keyword.value)
    return values


def config_from_text(text: str, source: str) -> Config:
    """Makes the config of an inferencer from the text in a checkpoint.

    Args:
        text: see :func:`parse_config_text`.
        source: its checkpoint, for messages.

    Returns:
        Config with ``model`` and the pipelines of validation and test.

    Raises:
        ValueError: see :func:`parse_config_text`; also if there is no model
            or pipeline, or one of their types is not a registered part.
    """
    values = parse_config_text(text, source)
    kept: Dict[str, Any] = dict(model=values.get('model'))
    for name in _LOADERS:
        loader = values.get(name)
        dataset = loader.get('dataset') if isinstance(loader, dict) else None
        if isinstance(dataset, dict) and 'pipeline' in dataset:
            pipeline = dict(pipeline=dataset['pipeline'])
            kept[name] = dict(dataset=pipeline)
    if not isinstance(kept['model'], dict) or len(kept) == 1:
        raise ValueError(f'{source}: its config has no model, or no pipeline '
                         'of val_dataloader or test_dataloader: give a config '
                         '(--config)')
    check_types(kept, f'{source}: its config', _ADVICE)
    return Config(kept)
