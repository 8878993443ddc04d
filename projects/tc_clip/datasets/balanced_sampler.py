"""Draws videos so that all classes come up equally often."""
from collections import Counter
from typing import Any, Iterator

import torch
from mmaction.registry import DATA_SAMPLERS
from mmengine.dataset import DefaultSampler
from torch import Tensor


def balanced_weights(dataset: Any) -> Tensor:
    """Returns a weight for each video ``(N, )``: one over its class's count.

    A video with several labels has the weight of its rarest class.

    Args:
        dataset: data set with ``get_cat_ids``.
    """
    labels = [dataset.get_cat_ids(i) for i in range(len(dataset))]
    counts = Counter(label for each in labels for label in each)
    # a video without labels has the weight of a class with one video
    rarest = [min((counts[i] for i in each), default=1) for each in labels]
    return 1 / torch.tensor(rarest, dtype=torch.double)


@DATA_SAMPLERS.register_module()
class ClassBalancedSampler(DefaultSampler):
    """Draws as many videos as there are, with equal chances for all classes.

    Videos of rare classes come up several times in an epoch, and some of
    frequent ones do not. All processes draw alike and share the videos.

    Args:
        dataset: data set with ``get_cat_ids``.
        **kwargs: options of MMEngine's DefaultSampler, of which ``shuffle``
            has no meaning here.

    Example:
        >>> train_dataloader = dict(sampler=dict(type='ClassBalancedSampler'))
    """

    def __init__(self, dataset: Any, **kwargs: Any) -> None:
        super().__init__(dataset, **kwargs)
        self.weights = balanced_weights(dataset)

    def __iter__(self) -> Iterator[int]:
        """Yields the videos of this process."""
        generator = torch.Generator()
        generator.manual_seed(self.seed + self.epoch)
        drawn = torch.multinomial(
            self.weights,
            self.total_size,
            replacement=True,
            generator=generator)
        yield from drawn[self.rank:self.total_size:self.world_size].tolist()
