"""The interface of modules that add tokens to vision blocks."""
from typing import NamedTuple, Optional

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor


class TowerShape(NamedTuple):
    """Sizes of the vision tower that an injection belongs to.

    Attributes:
        width: channels of a token, D.
        depth: number of layers.
        heads: attention heads of a layer, H.
        num_frames: frames of a clip that the tower is configured for, T.
        patch_values: colour values of a patch, 3 * height * width.
    """
    width: int
    depth: int
    heads: int
    num_frames: int
    patch_values: int


@MODELS.register_module()
class TokenInjection(BaseModule):
    """Adds no tokens; base class of modules that do.

    A subclass appends tokens behind those of each frame, which attend to them.
    They are neither seeds of context tokens nor output. Temporal models that
    read all tokens of other frames read inserted ones, too. TCCLIPViT builds
    the module, and passes its sizes as ``tower``: a subclass with parameters
    takes them in ``__init__``.

    Args:
        tower: sizes of the tower, filled in by TCCLIPViT.

    Attributes:
        keeps_tokens: whether inserted tokens pass the feed forward layers and
            go on to the next layer, where :meth:`insert` gets them behind
            those of the frame. Otherwise the layer removes them once the
            frame has attended to them.

    Example:
        >>> class OneMore(TokenInjection):
        ...     def insert(self, tokens, layer):
        ...         return torch.cat((tokens, tokens[:, :, :1]), 2)
    """

    keeps_tokens = False

    def __init__(self, tower: Optional[TowerShape] = None) -> None:
        super().__init__()

    def insert(self, tokens: Tensor, layer: int) -> Tensor:
        """Appends tokens to each frame before the attention of a layer.

        Args:
            tokens: input of the layer ``(B, T, N, D)``, CLS first.
            layer: number of the layer, 1-based.

        Returns:
            ``(B, T, N + J, D)``, with the tokens of the frame first. A
            subclass may change these too; the residual connections of the
            layer start from what is returned.
        """
        return tokens
