"""The model of a runner without its wrappers."""
from typing import Any

from mmengine.model import is_model_wrapper
from mmengine.runner import Runner


def recognizer_of(runner: Runner) -> Any:
    """Returns a runner's model, without what wraps it for many processes.

    Args:
        runner: MMEngine's runner.
    """
    model = runner.model
    return model.module if is_model_wrapper(model) else model
