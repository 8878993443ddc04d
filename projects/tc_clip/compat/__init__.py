"""Works around bugs in released OpenMMLab packages.

:mod:`releases` runs when ``projects.tc_clip`` is imported.
:mod:`analysis_tools` and :mod:`mmcv1` are for ``tools/analyse.py`` only.
"""
from .releases import apply

__all__ = ['apply']
