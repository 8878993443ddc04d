"""The wrapper that divides a model among processes."""
import copy
from contextlib import contextmanager
from typing import Dict, Iterator

import torch
from mmengine.dist import all_reduce
from mmengine.model import MMFullyShardedDataParallel
from mmengine.registry import MODEL_WRAPPERS
from torch import Tensor, nn

from ...models.backbones.reference_block import ReferenceBlock
from ...models.text.text_encoder import TextBlock

# Names that wrappers put between those of a module and its parts.
_PREFIXES = '_fsdp_wrapped_module.', '_checkpoint_wrapped_module.'


def is_transformer_block(module: nn.Module) -> bool:
    """Returns whether a module is a block of the image or text tower."""
    return isinstance(module, (ReferenceBlock, TextBlock))


def wrap_units(module: nn.Module, recurse: bool,
               nonwrapped_numel: int) -> bool:
    """Chooses the modules whose weights FSDP gathers together.

    These are the blocks of both towers. A frozen embedding is one too: among
    trained weights, FSDP would compute and exchange gradients for it.

    Args:
        module: the module in question.
        recurse: whether FSDP asks if it may look at the module's parts.
        nonwrapped_numel: not used; FSDP passes the number of weights.
    """
    return recurse or is_transformer_block(module) or (isinstance(
        module, nn.Embedding) and not module.weight.requires_grad)


def named_weights(model: nn.Module) -> Dict[str, nn.Parameter]:
    """Returns parameters by the names that they have without wrappers.

    Args:
        model: a model, wrapped or not.
    """
    named = {}
    for name, parameter in model.named_parameters():
        for prefix in _PREFIXES:
            name = name.replace(prefix, '')
        named[name] = parameter
    return named


def without_values(model: nn.Module) -> nn.Module:
    """Copies a model on the meta device: modules and shapes, no values.

    Args:
        model: the model; buffers are copied as they are.
    """
    memo = {
        id(p):
        nn.Parameter(torch.empty_like(p, device='meta'), p.requires_grad)
        for p in model.parameters()
    }
    return copy.deepcopy(model, memo)


def _mean_over_processes(gradient: Tensor) -> Tensor:
    """Averages a gradient, as FSDP does for the weights that it divides."""
    gradient = gradient.clone()
    all_reduce(gradient, op='mean')
    return gradient


@MODEL_WRAPPERS.register_module()
class ShardedModel(MMFullyShardedDataParallel):
    """FSDP for models with scalar parameters, whose gradients stay divided.

    FSDP refuses parameters without an axis, as CLIP's ``logit_scale``: here
    every process has them whole, and averages their gradients.

    MMEngine would accumulate gradients under ``no_sync``. FSDP then holds
    those of all weights in every process, which is what it should avoid; here
    each batch exchanges them. The sum is the same.

    Args:
        module: the model.
        device_id: where it is trained, such as ``cuda:0``.
        **kwargs: further options of MMEngine's wrapper, such as
            ``cpu_offload`` and ``mixed_precision``.

    Raises:
        ValueError: ``use_orig_params`` is False: frozen and trained weights,
            and those with different rates, could not share a unit.
    """

    def __init__(self, module: nn.Module, device_id: torch.device,
                 **kwargs: object) -> None:
        if not kwargs.get('use_orig_params', True):
            raise ValueError(
                'use_orig_params=False of the model_wrapper: frozen weights '
                'and rates of single parameters need use_orig_params=True')
        scalars = [p for p in module.parameters() if not p.dim()]
        for parameter in scalars:
            parameter.data = parameter.data.to(device_id)
            if parameter.requires_grad:
                parameter.register_hook(_mean_over_processes)
        super().__init__(
            module,
            device_id=device_id,
            auto_wrap_policy=wrap_units,
            ignored_states=scalars,
            **kwargs)

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """Exchanges gradients nevertheless, see the class."""
        yield
