"""Holds the parts that have the name of one of MMAction2's.

MMEngine finds them by ``_scope_='projects.tc_clip'`` beside their type, and
imports this module for that.
"""
from mmengine.registry import TRANSFORMS as ROOT
from mmengine.registry import Registry

TRANSFORMS = Registry(
    'transform',
    parent=ROOT,
    scope='projects.tc_clip',
    locations=['projects.tc_clip.datasets'])
