"""The interface of modules that add tokens to vision blocks."""
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor


@MODELS.register_module()
class TokenInjection(BaseModule):
    """Adds no tokens; base class of modules that do.

    A subclass appends tokens behind those of each frame. They are queries and
    keys of the layer's attention, and are removed before its feed forward
    layers.

    Example:
        >>> class OneMore(TokenInjection):
        ...     def insert(self, tokens, layer):
        ...         return torch.cat((tokens, tokens[:, :, :1]), 2)
    """

    def insert(self, tokens: Tensor, layer: int) -> Tensor:
        """Appends tokens to each frame before the attention of a layer.

        Args:
            tokens: ``(B, T, N, D)``, CLS first.
            layer: number of the layer, 1-based.

        Returns:
            ``(B, T, N + J, D)``, the N given tokens first.
        """
        return tokens
