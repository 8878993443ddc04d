"""The learning rate of PySlowFast, which Open-VCLIP and FROSTER use."""
import math
from typing import Any, List

from mmaction.registry import PARAM_SCHEDULERS

from .timm_cosine import TimmCosineLR


def slowfast_cosine(step: int, base: float, start: float, minimum: float,
                    warmup: int, total: int) -> float:
    """Returns PySlowFast's rate of an iteration.

    The cosine begins where the warm-up ends, so the rate does not drop there.
    MMEngine's LinearLR reaches the base rate one iteration earlier.

    Args:
        step: iterations done before this one.
        base: the peak rate.
        start: the rate of the first iteration.
        minimum: the rate at the end of the cosine.
        warmup: iterations of linear warm-up.
        total: iterations in all.
    """
    if step < warmup:
        return start + (base - start) * step / warmup
    done = min(step - warmup, total - warmup) / (total - warmup)
    return minimum + 0.5 * (base - minimum) * (1 + math.cos(math.pi * done))


@PARAM_SCHEDULERS.register_module()
class SlowFastCosineLR(TimmCosineLR):
    """Linear warm-up, then a cosine over the remaining epochs.

    With gradient accumulation, an update has the rate of its last batch.

    Args:
        optimizer: given by the runner.
        start_ratio: the first rate as a share of the optimiser's ``lr``.
        **kwargs: options of :class:`TimmCosineLR`; ``min_ratio`` is the last
            rate as a share of ``lr``.

    Example:
        >>> param_scheduler = dict(
        ...     type='SlowFastCosineLR', warmup=2, convert_to_iter_based=True)
    """

    def __init__(self,
                 optimizer: Any,
                 start_ratio: float = 0.01,
                 **kwargs: Any) -> None:
        self.start = start_ratio * optimizer.defaults['lr']
        super().__init__(optimizer, **kwargs)

    def _get_value(self) -> List[float]:
        """Returns the rate of every group for the iteration to come."""
        return [
            slowfast_cosine(self.last_step, base, self.start, self.minimum,
                            self.warmup, self.end) for base in self.base_values
        ]
