"""From the scores of a video to what is told about it."""
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import torch
from torch import Tensor

from .time_spans import TimeSpan

NONE_OF_THESE = 'none of these'


class Guess(NamedTuple):
    """One class of a ranking.

    Attributes:
        label: the name of the class.
        probability: its share of the softmax over all classes, averaged over
            views. It says how the classes compare, not how likely any of
            them is to be right: it is not calibrated, and a video of
            something else gets its shares as well.
        logit: cosine to the class text times ``exp(logit_scale)``, averaged
            over views.
    """
    label: str
    probability: float
    logit: float


class Prediction(NamedTuple):
    """What is told about a video or a span of it.

    Attributes:
        video: the file.
        label: the best class, or :data:`NONE_OF_THESE`.
        guesses: the best classes, best first.
        span: what part of the video was looked at; None for all of it.
    """
    video: str
    label: str
    guesses: List[Guess]
    span: Optional[TimeSpan] = None

    def to_dict(self) -> Dict[str, Any]:
        """Returns plain data for JSON, times in seconds."""
        plain: Dict[str, Any] = dict(video=self.video, label=self.label)
        if self.span is not None:
            plain.update(self.span._asdict())
        plain['guesses'] = [guess._asdict() for guess in self.guesses]
        return plain


def best_classes(shares: Tensor, top_k: int) -> List[Tuple[int, float]]:
    """Returns index and share of the best classes, best first.

    Args:
        shares: of all classes ``(C, )``.
        top_k: how many to return; all of them where there are fewer.
    """
    best = torch.topk(shares, min(top_k, len(shares)))
    return list(zip(best.indices.tolist(), best.values.tolist()))


def rank(logits: Tensor, names: Sequence[str], top_k: int = 5) -> List[Guess]:
    """Ranks the classes of a video, best first.

    Args:
        logits: of every view ``(V, C)``.
        names: the C class names.
        top_k: how many to return; all of them where there are fewer.

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
    return [
        Guess(names[i], share, float(mean[i]))
        for i, share in best_classes(logits.softmax(-1).mean(0), top_k)
    ]


def describe(video: str,
             logits: Tensor,
             names: Sequence[str],
             top_k: int = 5,
             none_below: float = 0.,
             span: Optional[TimeSpan] = None) -> Prediction:
    """Tells what a video shows.

    Args:
        video: the file.
        logits: of every view ``(V, C)``.
        names: the C class names.
        top_k: how many classes to tell.
        none_below: see :func:`choose`.
        span: what part of the video was looked at.
    """
    guesses = rank(logits, names, top_k)
    return Prediction(video, choose(guesses, none_below), guesses, span)


def choose(guesses: Sequence[Guess], none_below: float = 0.) -> str:
    """Returns the best label, or none where it has too small a share.

    Args:
        guesses: the ranking.
        none_below: share of the softmax below which the best class is not
            believed. Shares are not calibrated and depend on which other
            classes there are: choose it on videos of your own.
    """
    best = guesses[0]
    return best.label if best.probability >= none_below else NONE_OF_THESE
