"""Parameter groups of the official recipes, few and by name."""
from collections import defaultdict
from typing import Any, Dict, List, Tuple

from mmengine.logging import print_log
from mmengine.optim import DefaultOptimWrapperConstructor
from mmengine.registry import OPTIM_WRAPPER_CONSTRUCTORS, OPTIMIZERS
from torch import nn

_OPTIONS = 'custom_keys', 'flat_decay_mult', 'no_decay'


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class ParameterGroups(DefaultOptimWrapperConstructor):
    """Groups parameters by learning rate and weight decay.

    MMEngine's constructor makes a group for each parameter, and its
    ``custom_keys`` switch other rules off. Here rules add up, and parameters
    with the same rate and decay share a group. Options in ``paramwise_cfg``:

    - ``custom_keys``: as in MMEngine, ``lr_mult`` and ``decay_mult`` for
      parameters whose name contains a key; the longest key counts.
    - ``flat_decay_mult``: factor of the decay for parameters of one axis
      (norms, biases, class token).
    - ``no_decay``: parameters whose name contains one of these are not
      decayed.

    Example:
        >>> optim_wrapper = dict(
        ...     constructor='ParameterGroups',
        ...     paramwise_cfg=dict(
        ...         flat_decay_mult=0., no_decay=['positional_embedding'],
        ...         custom_keys=dict(neck=dict(lr_mult=10))))
    """

    def _validate_cfg(self) -> None:
        """Refuses options and optimisers that there are not.

        Raises:
            ValueError: names them.
        """
        super()._validate_cfg()
        kind = self.optimizer_cfg.get('type')
        if isinstance(kind, str) and OPTIMIZERS.get(kind) is None:
            raise ValueError(f'There is no optimiser {kind!r}: choose one of '
                             'torch.optim, such as AdamW')
        unknown = [key for key in self.paramwise_cfg if key not in _OPTIONS]
        if unknown:
            raise ValueError(
                f'paramwise_cfg of ParameterGroups has no {", ".join(unknown)}'
                f': it takes {", ".join(_OPTIONS)}')

    def _rule(self, name: str, parameter: nn.Parameter) -> Tuple[float, float]:
        """Returns the factors of a parameter's rate and decay."""
        keys = self.paramwise_cfg.get('custom_keys', {})
        fitting = sorted((key for key in keys if key in name), key=len)
        custom = keys[fitting[-1]] if fitting else {}
        decay = custom.get('decay_mult', 1.)
        if parameter.ndim == 1:
            decay *= self.paramwise_cfg.get('flat_decay_mult', 1.)
        if any(
                part in name
                for part in self.paramwise_cfg.get('no_decay', ())):
            decay = 0.
        return custom.get('lr_mult', 1.), decay

    def add_params(self, params: List[Dict], module: nn.Module, *args: Any,
                   **kwargs: Any) -> None:
        """Adds the groups of a model's trainable parameters.

        Args:
            params: gets the groups.
            module: the model.
            *args: not used; MMEngine passes them for parts of a model.
            **kwargs: see ``args``.
        """
        groups: Dict[Tuple[float, float],
                     List[nn.Parameter]] = defaultdict(list)
        for name, parameter in module.named_parameters():
            if parameter.requires_grad:
                groups[self._rule(name, parameter)].append(parameter)
        for (lr_mult, decay_mult), members in groups.items():
            group = dict(params=members, lr=self.base_lr * lr_mult)
            if self.base_wd is not None:
                group['weight_decay'] = self.base_wd * decay_mult
            params.append(group)
            print_log(
                f'{len(members)} tensors learn at {lr_mult:g} times the rate, '
                f'with {decay_mult:g} times the weight decay.',
                logger='current')
