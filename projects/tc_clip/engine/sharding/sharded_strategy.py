"""MMEngine's strategy for FSDP, with this project's checks and rules."""
from functools import partial
from itertools import chain
from typing import Any, Dict, List, Optional

import torch
from mmengine._strategy import FSDPStrategy
from mmengine.device import get_device
from mmengine.logging import print_log
from mmengine.optim import BaseOptimWrapper, build_optim_wrapper
from mmengine.registry import STRATEGIES
from torch import Tensor, nn
from torch.distributed.fsdp import FullyShardedDataParallel as FSDP

from ...models.whole_weights import WholeWeights
from .sharded_model import is_transformer_block, named_weights, without_values


def own_device() -> torch.device:
    """Returns the device of this process, with its number."""
    kind = get_device()
    if kind == 'cpu':
        return torch.device(kind)
    return torch.device(kind, getattr(torch, kind).current_device())


def clip_norm(model: Any,
              parameters: List[Tensor],
              max_norm: float,
              norm_type: float = 2.) -> Tensor:
    """Limits the norm of all gradients, of which processes hold parts.

    Args:
        model: the FSDP wrapper.
        parameters: not used; MMEngine passes those of this process.
        max_norm: largest norm.
        norm_type: order of the norm.
    """
    return model.clip_grad_norm_(max_norm, norm_type)


@STRATEGIES.register_module()
class ShardedStrategy(FSDPStrategy):
    """FSDP whose checkpoints, rules and results are those of other runs.

    It differs from MMEngine's FSDPStrategy in this:

    - A checkpoint is one file with whole weights. Weights are loaded into a
      copy of the model without values first, so that official files, checks
      and ``partial_weights`` are the same as elsewhere.
    - Parameter groups are made from that copy: in the wrapped model weights
      have one axis and other names, to which rules would not apply.
    - MMEngine 0.10 hands the states of optimisers to FSDP in the order of
      torch 2.0, saves an entry for logging as if it were a parameter, loads
      checkpoints onto the GPU, and clips gradients by the norm of the part
      that a process holds.

    Args:
        model_wrapper: options of :class:`ShardedModel`.
        activation_checkpointing: whether gradients recompute each block of
            both towers instead of keeping its activations.
        **kwargs: further options of FSDPStrategy.

    Example:
        >>> strategy = dict(
        ...     type='ShardedStrategy', activation_checkpointing=True)
    """

    def __init__(self,
                 *,
                 model_wrapper: Optional[dict] = None,
                 activation_checkpointing: bool = False,
                 **kwargs: Any) -> None:
        super().__init__(
            model_wrapper=dict(
                dict(type='ShardedModel'), **(model_wrapper or {})),
            activation_checkpointing=dict(check_fn=is_transformer_block)
            if activation_checkpointing else None,
            state_dict_cfg='full',
            **kwargs)
        # FSDP would free weights that are in the memory of the CPU already,
        # and cannot move those that are not divided
        moves = get_device() != 'cpu' and self.world_size > 1
        for config in (self.state_dict_config, self.optim_state_dict_config):
            config.offload_to_cpu = moves
        self.without_values: Any = None

    def _wrap_model(self, model: nn.Module) -> nn.Module:
        """Divides the model among processes."""
        self.without_values = without_values(model)
        for module in model.modules():
            if isinstance(module, WholeWeights):
                # the copy is checked; parts of weights cannot be
                module.is_checked_as_part = True
        self.model_wrapper['device_id'] = own_device()
        return super()._wrap_model(model)

    def build_optim_wrapper(
            self,
            optim_wrapper: Any,
            model: Optional[nn.Module] = None) -> BaseOptimWrapper:
        """Builds the optimiser wrapper.

        Args:
            optim_wrapper: its config.
            model: the wrapped model.
        """
        assert model is not None
        config = dict(dict(type='OptimWrapper'), **optim_wrapper)
        if config['type'] == 'AmpOptimWrapper':
            config['use_fsdp'] = True
        wrapper = build_optim_wrapper(self.without_values, config)
        name_of = {
            parameter: name
            for name, parameter in self.without_values.named_parameters()
        }
        weights = named_weights(model)
        self.group_names = [[name_of[p] for p in group['params']]
                            for group in wrapper.optimizer.param_groups]
        for group, names in zip(wrapper.optimizer.param_groups,
                                self.group_names):
            group['params'] = [weights[name] for name in names]
        if getattr(wrapper, 'grad_name', None) == 'grad_norm':
            wrapper.clip_func = partial(clip_norm, model)
        return wrapper

    def optim_state_dict(self) -> dict:
        """Returns the state of the optimiser wrapper, by parameters' names."""
        whole = FSDP.optim_state_dict(self.model, self.optim_wrapper.optimizer)
        rest = {
            key: value
            for key, value in self.optim_wrapper.state_dict().items()
            if key not in ('state', 'param_groups')
        }
        return dict(whole, **rest)

    def load_optim_state_dict(self, state_dict: Dict[str, Any]) -> None:
        """Loads the state of the optimiser wrapper.

        Args:
            state_dict: that of this strategy, or of a run that was not
                divided, which numbers parameters.

        Raises:
            ValueError: it belongs to other parameter groups.
        """
        groups = state_dict.pop('param_groups')
        if [len(g['params']) for g in groups] != [*map(len, self.group_names)]:
            raise ValueError(
                'The checkpoint has the optimiser of other parameter groups: '
                'resume with the config that it was trained with')
        names = dict(
            zip(
                chain.from_iterable(g['params'] for g in groups),
                chain.from_iterable(self.group_names)))
        whole = dict(
            state={
                names[key]: value
                for key, value in state_dict.pop('state').items()
            },
            param_groups=[
                dict(group, params=own)
                for group, own in zip(groups, self.group_names)
            ])
        parts = FSDP.optim_state_dict_to_load(
            model=self.model,
            optim=self.optim_wrapper.optimizer,
            optim_state_dict=whole)
        self.optim_wrapper.load_state_dict(dict(parts, **state_dict))

    def load_checkpoint(self, filename: str, **kwargs: Any) -> dict:
        """Reads a checkpoint into the memory of the CPU, and loads it.

        Args:
            filename: path or address of the file.
            **kwargs: see MMEngine's BaseStrategy.
        """
        return super().load_checkpoint(filename,
                                       **dict(kwargs, map_location='cpu'))

    def load_model_state_dict(self, state_dict: dict, **kwargs: Any) -> None:
        """Loads weights of the whole model.

        Args:
            state_dict: the weights.
            **kwargs: ``strict``, see MMEngine's BaseStrategy, and other
                options, which FSDPStrategy does not use either.
        """
        whole = without_values(self.without_values)
        result = whole.load_state_dict(
            state_dict, strict=kwargs.get('strict', False), assign=True)
        if any(result):
            print_log(f'Weights that do not fit: {result}', logger='current')
        # what partial_weights leaves out has no values, and stays as it is
        given = {
            name: value
            for name, value in whole.state_dict().items() if not value.is_meta
        }
        self.model.load_state_dict(given, strict=False)
