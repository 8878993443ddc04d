"""Finds the recognizer inside a runner's model."""
from typing import Any

from mmengine.model import is_model_wrapper
from mmengine.runner import Runner


def recognizer_of(runner: Runner) -> Any:
    """Returns a runner's model without its wrapper for several processes.

    Args:
        runner: MMEngine's runner.
    """
    model = runner.model
    return model.module if is_model_wrapper(model) else model
