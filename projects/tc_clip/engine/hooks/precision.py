"""Tests in half precision."""
from contextlib import ExitStack
from typing import Any

from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ...models.precision import choose_dtype, computing_in, device_of
from ..recognizer import recognizer_of


@HOOKS.register_module()
class PrecisionHook(Hook):
    """Multiplies matrices in another precision in tests.

    ``tools/test.py --dtype`` adds it. Scores are float32 in any case.
    Validations in a training are not changed.

    Args:
        dtype: ``'float32'``, ``'bfloat16'``, ``'float16'`` or ``'auto'``, see
            :func:`choose_dtype`.

    Raises:
        ValueError: at the start of a test, if the device has no use for it.

    Example:
        >>> default_hooks = dict(
        ...     precision=dict(type='PrecisionHook', dtype='auto'))
    """

    def __init__(self, dtype: str = 'auto') -> None:
        self.dtype = dtype
        self._changes = ExitStack()

    def before_test(self, runner: Runner) -> None:
        """Chooses the precision, and says which."""
        model = recognizer_of(runner)
        dtype = choose_dtype(self.dtype, device_of(model))
        runner.logger.info(f'Precision of this test: {dtype}')
        self._changes.enter_context(computing_in(model, dtype))

    def after_test(self, runner: Any) -> None:
        """Goes back to the model's own precision."""
        self._changes.close()
