"""Lets configs that came with weights name registered parts only.

MMEngine imports and calls whatever a ``type`` names, such as ``os.system``.
"""
import importlib.util
from typing import Any, Iterator

from mmengine import registry

# Packages whose parts a type may name, as in 'mmpretrain.ConvNeXt'.
_SCOPES = 'mmaction', 'mmengine', 'mmpretrain', 'projects.tc_clip'


def check_types(config: Any, source: str, advice: str) -> None:
    """Checks that all types in a config are registered parts.

    Args:
        config: plain values.
        source: what has the config, for the message.
        advice: what to do instead.

    Raises:
        ValueError: names the first other type.
    """
    for kind in _types(config):
        if not is_part(kind):
            raise ValueError(f'{source} has type={kind!r}, which is not a '
                             f'registered part: {advice}')


def _types(value: Any) -> Iterator[Any]:
    """Yields all values of ``type`` and ``_scope_``, at any depth."""
    if isinstance(value, dict):
        if 'type' in value:
            yield value['type']
        if 'type' in value and '_scope_' in value:
            yield f'{value["_scope_"]}.{value["type"]}'
        value = [*value.values()]
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _types(item)


def is_part(kind: Any) -> bool:
    """Returns whether a ``type`` names a part, and nothing else.

    MMEngine imports and calls any other name, such as ``os.system``.

    Args:
        kind: value of ``type``: a registered model or transform, with or
            without the scope of a package, or a name that cannot be imported.
    """
    if not isinstance(kind, str):
        return False
    scope, _, name = kind.rpartition('.')
    if scope and scope not in _SCOPES:
        return False
    if scope:
        importlib.import_module(scope)
    registries = [
        found for root in (registry.MODELS, registry.TRANSFORMS)
        for found in (root, *root.children.values())
        if scope in ('', found.scope)
    ]
    for found in registries:
        found.import_from_location()
    return any(name in found.module_dict
               for found in registries) or (not scope and not _is_module(name))


def _is_module(name: str) -> bool:
    """Returns whether Python can import a module of this name."""
    try:
        return importlib.util.find_spec(name) is not None
    except ValueError:  # a module without a file
        return True
