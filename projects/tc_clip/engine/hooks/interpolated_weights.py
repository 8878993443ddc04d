"""Interpolated weight optimisation of Open-VCLIP."""
from contextlib import contextmanager, nullcontext
from typing import Any, Iterator, Mapping, Optional

import numpy as np
import torch
from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor, nn

from ...clip.ensemble import WeightEnsemble
from ..recognizer import recognizer_of


class InterpolatedWeights:
    """Moves parameters towards other values, and back.

    Args:
        parameters: the parameters by name; memory for another copy of them is
            taken once.
        targets: a value for each, whose leading axes may be missing.
    """

    def __init__(self, parameters: Mapping[str, nn.Parameter],
                 targets: Mapping[str, Tensor]) -> None:
        self.parameters = [*parameters.values()]
        self.targets = [
            targets[name].to(p.device, p.dtype).expand_as(p)
            for name, p in parameters.items()
        ]
        self._kept = [torch.empty_like(p) for p in self.parameters]

    @contextmanager
    def use(self, share: float) -> Iterator[None]:
        """Sets ``share * target + (1 - share) * parameter`` for a while.

        The former values come back bit by bit.

        Args:
            share: share of the targets, from 0 to 1.
        """
        with torch.no_grad():
            for p, target, kept in zip(self.parameters, self.targets,
                                       self._kept):
                kept.copy_(p)
                p.lerp_(target, share)
        try:
            yield
        finally:
            with torch.no_grad():
                for p, kept in zip(self.parameters, self._kept):
                    p.copy_(kept)


@HOOKS.register_module()
class InterpolatedWeightsHook(Hook):
    """Adds the gradient at weights between CLIP's and the trained ones.

    Before an iteration at the weights theta, the same batch goes through the
    model at ``a * theta_CLIP + (1 - a) * theta``, with a drawn uniformly for
    each optimiser step. The gradient of that loss, times ``loss_weight``, is
    added to the usual gradient (interpolated weight optimization of
    Open-VCLIP). As in the official code it lacks the factor ``1 - a`` of the
    chain rule: the loss itself has the weight ``loss_weight / (1 - a)``.

    The frozen parameters stay: the texts of a frozen text tower are the same
    at both points. All processes draw the same share, and a resumed run draws
    that of an uninterrupted one. The optimiser clips the sum of both
    gradients. An iteration takes twice as long. The wrappers of FSDP and
    DeepSpeed are not supported.

    Args:
        max_share: largest share a of CLIP.
        loss_weight: factor of the loss at the interpolated weights.

    Raises:
        ValueError: an option is out of its range; at the start of a training,
            if the model names no CLIP or none of its weights is trained.

    Example:
        >>> default_hooks = dict(
        ...     interpolation=dict(type='InterpolatedWeightsHook'))
    """

    def __init__(self,
                 max_share: float = 0.6,
                 loss_weight: float = 0.5) -> None:
        if not 0 < max_share <= 1:
            raise ValueError(f'max_share={max_share} must be above 0 and at '
                             'most 1, the weights of CLIP')
        if loss_weight <= 0:
            raise ValueError(f'loss_weight={loss_weight} must be above 0; '
                             'remove the hook for a training without it')
        self.max_share, self.loss_weight = max_share, loss_weight
        self.share = 0.
        self.weights: Any = None

    def before_train(self, runner: Runner) -> None:
        """Reads the CLIP that the model's ``pretrained`` names."""
        model = recognizer_of(runner)
        ensemble = WeightEnsemble(model)
        trained = {
            name: p
            for name, p in model.named_parameters()
            if p.requires_grad and name in {*ensemble.keys}
        }
        if not trained:
            raise ValueError(
                'InterpolatedWeightsHook moves weights of CLIP that are '
                'trained, and all are frozen: change trainable of the model, '
                'or remove the hook')
        self.weights = InterpolatedWeights(trained, ensemble.clip)

    def draw(self, runner: Runner) -> float:
        """Draws the share of CLIP for an optimiser step.

        Args:
            runner: the seed and the iteration are its.
        """
        random = np.random.default_rng([runner.seed, runner.iter])
        return float(random.uniform(0, self.max_share))

    def before_train_iter(self,
                          runner: Runner,
                          batch_idx: int,
                          data_batch: Optional[Any] = None) -> None:
        """Computes the gradient at the interpolated weights."""
        wrapper: Any = runner.optim_wrapper
        if wrapper._inner_count % wrapper._accumulative_counts == 0:
            self.share = self.draw(runner)
        model: Any = runner.model
        part = recognizer_of(runner)
        # The pass of the iteration itself exchanges the sum of both gradients.
        without_exchange = getattr(model, 'no_sync', nullcontext)
        with self.weights.use(self.share), without_exchange():
            with wrapper.optim_context(model):
                data = part.data_preprocessor(data_batch, True)
                losses = model._run_forward(data, mode='loss')
            loss, _ = part.parse_losses(losses)
            wrapper.backward(wrapper.scale_loss(self.loss_weight * loss))
        wrapper._inner_count -= 1  # the batch counts once, in its iteration
        runner.message_hub.update_scalar('train/loss_interpolated',
                                         self.loss_weight * loss.detach())
