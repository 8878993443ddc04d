"""Averages weights with shares that follow a Gaussian over the epochs."""
import math
from typing import Any

import torch
from mmengine.model import BaseAveragedModel
from mmengine.registry import MODELS
from torch import Tensor


def gaussian_share(numbers: Tensor, mean: float, std: float) -> float:
    """Returns the share of the last epoch in a mean of epochs.

    Epoch e counts in proportion to ``exp(-(e - mean)^2 / (2 std^2))``. Shares
    are taken from differences of exponents, so that epochs far away from
    ``mean`` have shares too.

    Args:
        numbers: numbers ``(N, )`` of the epochs that count, the last one last.
        mean: epoch that counts most.
        std: epochs from there to where the density bends.
    """
    exponents = -(numbers.double() - mean).square() / (2 * std**2)  # (N, )
    return exponents.softmax(0)[-1].item()


@MODELS.register_module()
class GaussianWeightAverage(BaseAveragedModel):
    """Keeps a mean of weights that counts some epochs more than others.

    After the epochs s, ..., n the mean is ``sum_e p_e * weights_e``, with
    ``p_e`` in proportion to ``exp(-(e - mean)^2 / (2 std^2))`` and 1 in sum:
    the running mean is exact after each epoch. PromptSRC (Khattak et al.,
    2023) averages its prompts like this; a large ``std`` gives all epochs
    equal shares, as MMEngine's StochasticWeightAverage.

    Args:
        model: the model whose weights are averaged.
        mean: epoch that counts most; it may be a fraction, or lie outside the
            training.
        std: standard deviation in epochs.
        first: number s of the epoch of the first update.
        **kwargs: further options of MMEngine's BaseAveragedModel.

    Raises:
        ValueError: ``std`` is not above 0, or a number is not finite.
    """

    def __init__(self,
                 model: torch.nn.Module,
                 mean: float,
                 std: float,
                 first: int = 1,
                 **kwargs: Any) -> None:
        super().__init__(model, **kwargs)
        if not (math.isfinite(mean) and 0 < std < math.inf):
            raise ValueError(f'mean={mean} and std={std} are numbers of '
                             'epochs: both must be finite, and std above 0')
        self.mean, self.std, self.first = mean, std, first

    def avg_func(self, averaged_param: Tensor, source_param: Tensor,
                 steps: int) -> None:
        """Moves a mean towards the present weights, in place.

        Args:
            averaged_param: the mean.
            source_param: the present weights, of the same shape.
            steps: number of updates before this one.
        """
        numbers = self.first + torch.arange(0, int(steps) + 1, self.interval)
        share = gaussian_share(numbers, self.mean, self.std)
        averaged_param.lerp_(source_param, share)
