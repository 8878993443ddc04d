"""Refuses checkpoints that leave some weights of a model as they are.

MMEngine only logs what does not fit, and a test then scores random weights.
Modules of this project check a state dict in ``_load_from_state_dict``, where
all ways to load weights come together: MMEngine's runner (``load_from``,
``resume``, tools/test.py), MMAction2's tools and inferencers, and
``load_state_dict``.
"""
import logging
from typing import Any, Dict, Mapping

from mmengine.logging import print_log
from mmengine.model import BaseModule
from torch import nn

from ..clip.completeness import faults, likely_reason, unused


def check_weights(module: nn.Module,
                  given: Mapping[str, Any],
                  partial: bool = False) -> None:
    """Checks that a state dict sets all weights of a module.

    Args:
        module: the module that is to load it.
        given: the state dict.
        partial: whether to warn about what does not fit, in place of an
            error. Weights without a use only give a warning.

    Raises:
        ValueError: some weights are missing or do not fit.
    """
    wanted, name = module.state_dict(), type(module).__name__
    lines = faults(given, wanted)
    message = '\n  '.join([f'The checkpoint does not fit {name}:', *lines])
    if lines and not partial:
        raise ValueError(
            f'{message}\n{likely_reason(given, wanted)} To load what fits on '
            'purpose, set partial_weights=True in a TCCLIPRecognizer.')
    if lines:
        print_log(message, logger='current', level=logging.WARNING)
    superfluous = unused(given, wanted)
    if superfluous:
        print_log(
            f'{name}: {superfluous}', logger='current', level=logging.WARNING)


class WholeWeights(BaseModule):
    """Base of modules that load all of their weights or none.

    Attributes:
        partial_weights: whether to load what fits, and warn about the rest.
        is_checked_as_part: whether the module that holds this one checks the
            weights of both.
    """

    partial_weights = False
    is_checked_as_part = False

    def _load_from_state_dict(self, state_dict: Dict[str, Any], prefix: str,
                              *args: Any) -> None:
        """Checks the weights below a prefix before they are loaded."""
        if not (prefix and self.is_checked_as_part):
            given = {
                key[len(prefix):]: value
                for key, value in state_dict.items() if key.startswith(prefix)
            }
            check_weights(self, given, self.partial_weights)
        super()._load_from_state_dict(state_dict, prefix, *args)
