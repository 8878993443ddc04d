"""Lets parts look at the other parts of the recognizer that they join.

MMAction2 builds the backbone, neck and head of a recognizer one after the
other, and tells none of them about the others. A :class:`JoiningPart` is told
when the head is set. That is before wrappers and optimizers see parameters, so
it may still add or remove some.
"""
from itertools import chain
from typing import Any, Tuple

import torch
from mmaction.models.recognizers.base import BaseRecognizer
from torch import nn
from torch.func import functional_call
from torch.nn.modules.module import register_module_module_registration_hook


class JoiningPart:
    """Base class of backbones and heads that depend on the other parts."""

    def join(self, recognizer: BaseRecognizer, cls_head: nn.Module) -> None:
        """Adapts the part, once, while the recognizer is built.

        Args:
            recognizer: has its backbone and neck, but not its head yet.
            cls_head: the head that it gets.
        """
        raise NotImplementedError


def _tell_parts(module: nn.Module, name: str, child: nn.Module) -> None:
    """Tells the parts of a recognizer that they are complete."""
    if name == 'cls_head' and isinstance(module, BaseRecognizer):
        for part in (module.backbone, child):
            if isinstance(part, JoiningPart):
                part.join(module, child)


register_module_module_registration_hook(_tell_parts)


def dry_run(module: nn.Module, shape: Tuple[int, ...], **kwargs: Any) -> Any:
    """Returns a module's output for an input of a shape, without its values.

    All runs on torch's meta device, which only computes shapes.

    Args:
        module: the module, which stays as it is.
        shape: shape of the input.
        **kwargs: further arguments of the module's forward.

    Returns:
        The output, with meta tensors in place of tensors.
    """
    tensors = {
        name: value.to('meta')
        for name, value in chain(module.named_parameters(),
                                 module.named_buffers())
    }
    with torch.no_grad():
        return functional_call(module, tensors,
                               torch.empty(shape, device='meta'), kwargs)
