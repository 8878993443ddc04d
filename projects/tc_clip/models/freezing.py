"""Chooses by name which parameters of a model are trained."""
import re
from typing import List, Sequence

from mmengine.logging import print_log
from torch import nn


def _summary(parameters: List[nn.Parameter]) -> str:
    """Counts tensors and their values."""
    values = sum(p.numel() for p in parameters) / 1e6
    return f'{len(parameters)} tensors ({values:.2f} M values)'


def train_only(model: nn.Module, trainable: Sequence[str]) -> None:
    """Trains the parameters that a rule names, and freezes all others.

    The log says how many there are of each.

    Args:
        model: the model, whose parameters' ``requires_grad`` is set.
        trainable: regular expressions; a parameter is trained if one of them
            matches the beginning of its name.

    Raises:
        ValueError: an expression matches no parameter, for example because of
            a spelling mistake.
    """
    named = dict(model.named_parameters())
    for pattern in trainable:
        if not any(re.match(pattern, name) for name in named):
            parts = sorted({name.split('.')[0] for name in named})
            raise ValueError(
                f'trainable={pattern!r} matches no parameter of '
                f'{type(model).__name__}: names begin with '
                f'{", ".join(parts)}, see model.named_parameters()')
    for name, parameter in named.items():
        chosen = any(re.match(pattern, name) for pattern in trainable)
        parameter.requires_grad_(chosen)
    trained = [p for p in named.values() if p.requires_grad]
    frozen = [p for p in named.values() if not p.requires_grad]
    print_log(
        f'trainable={list(trainable)}: {_summary(trained)} are trained, '
        f'{_summary(frozen)} are frozen.',
        logger='current')
