"""Registers the package's parts for every test."""
import pytest
from mmengine.registry import init_default_scope

import projects.tc_clip  # noqa: F401


@pytest.fixture(autouse=True)
def mmaction_scope():
    """Types in configs mean MMAction2's, as under its tools."""
    init_default_scope('mmaction')
