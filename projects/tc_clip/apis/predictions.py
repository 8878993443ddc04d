"""Turns the scores of a video into a prediction."""
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from torch import Tensor

from ..evaluation.ranking import Guess, rank
from .time_spans import TimeSpan

NONE_OF_THESE = 'none of these'


class Prediction(NamedTuple):
    """The best classes of a video or of a span of it.

    Attributes:
        video: the video file.
        label: the best class, or :data:`NONE_OF_THESE`.
        guesses: the best classes, best first.
        span: the scored part of the video; None for all of it.
        several: whether videos have several labels, each with a probability
            that does not depend on the others.
    """
    video: str
    label: str
    guesses: List[Guess]
    span: Optional[TimeSpan] = None
    several: bool = False

    def to_dict(self) -> Dict[str, Any]:
        """Returns plain data for JSON, times in seconds."""
        plain: Dict[str, Any] = dict(video=self.video, label=self.label)
        if self.span is not None:
            plain.update(self.span._asdict())
        plain['guesses'] = [guess._asdict() for guess in self.guesses]
        return plain


def describe(video: str,
             logits: Tensor,
             names: Sequence[str],
             top_k: int = 5,
             none_below: float = 0.,
             span: Optional[TimeSpan] = None,
             several: bool = False) -> Prediction:
    """Returns the prediction for a video or a span of it.

    Args:
        video: the video file.
        logits: logits of every view ``(V, C)``.
        names: the C class names.
        top_k: how many classes to return.
        none_below: see :func:`choose`.
        span: the scored part of the video.
        several: see :class:`Prediction`.
    """
    guesses = rank(logits, names, top_k, several)
    label = choose(guesses, none_below)
    return Prediction(video, label, guesses, span, several)


def choose(guesses: Sequence[Guess], none_below: float = 0.) -> str:
    """Returns the best label, or none of them if its share is too small.

    Args:
        guesses: the ranking.
        none_below: share of the softmax below which the best class is
            rejected. Shares are not calibrated and depend on the other
            classes: choose this threshold on your videos.

    Raises:
        ValueError: ``none_below`` is not a share.
    """
    if not 0 <= none_below <= 1:
        raise ValueError(f'none_below={none_below} must be from 0 to 1')
    best = guesses[0]
    return best.label if best.probability >= none_below else NONE_OF_THESE
