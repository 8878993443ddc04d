"""Ranks classes by the scores of a video."""
from typing import List, NamedTuple, Sequence, Tuple

import torch
from torch import Tensor


class Guess(NamedTuple):
    """One class of a ranking.

    Attributes:
        label: the name of the class.
        probability: its share of the softmax over all classes, averaged over
            views. It compares the classes and is not calibrated: a video that
            shows none of the classes gets shares as well. Where videos have
            several labels, the sigmoid of its logit.
        logit: cosine to the class text times ``exp(logit_scale)``, averaged
            over views.
    """
    label: str
    probability: float
    logit: float


def best_classes(shares: Tensor, top_k: int) -> List[Tuple[int, float]]:
    """Returns index and share of the best classes, best first.

    Args:
        shares: shares of all classes ``(C, )``.
        top_k: how many to return; all of them where there are fewer.
    """
    best = torch.topk(shares, min(top_k, len(shares)))
    return list(zip(best.indices.tolist(), best.values.tolist()))


def rank(logits: Tensor,
         names: Sequence[str],
         top_k: int = 5,
         several: bool = False) -> List[Guess]:
    """Ranks the classes of a video, best first.

    Args:
        logits: logits of every view ``(V, C)``.
        names: the C class names.
        top_k: how many to return; all of them where there are fewer.
        several: whether videos have several labels, see :class:`Guess`.

    Raises:
        ValueError: there are not as many names as logits, or ``top_k`` is
            below 1.
    """
    if logits.shape[-1] != len(names):
        raise ValueError(f'{logits.shape[-1]} logits for {len(names)} class '
                         'names: the names are not those of the model')
    if top_k < 1:
        raise ValueError(f'top_k={top_k} must be 1 or more')
    mean = logits.mean(0)
    shares = logits.sigmoid() if several else logits.softmax(-1)
    return [
        Guess(names[i], share, float(mean[i]))
        for i, share in best_classes(shares.mean(0), top_k)
    ]
