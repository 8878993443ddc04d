"""Holds the parts that have the name of one of MMAction2's.

MMEngine finds them by ``_scope_='projects.tc_clip'`` beside their type, and
imports this module for that.
"""
from mmengine import registry
from mmengine.registry import Registry

DATASETS, TRANSFORMS = (
    Registry(
        parent.name,
        parent=parent,
        scope='projects.tc_clip',
        locations=['projects.tc_clip.datasets'])
    for parent in (registry.DATASETS, registry.TRANSFORMS))
