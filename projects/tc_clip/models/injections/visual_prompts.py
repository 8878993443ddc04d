"""Deep visual prompts (IVLP, the prompting variant of ViFi-CLIP)."""
import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from .base import TokenInjection, TowerShape


@MODELS.register_module()
class DeepVisualPrompts(TokenInjection):
    """Learned tokens beside the patches, new ones in the first layers.

    The first ``depth`` layers each have learned tokens, in place of the
    outputs of those of the layer before. Those of the last of these layers go
    on through all further layers, as patches do.

    Args:
        tower: see :class:`TokenInjection`.
        num_prompts: tokens of each frame, n. ViFi-CLIP has 16 for base to
            novel, and 10 for few-shot.
        depth: layers that get new prompts, 9 and 12 there.

    Raises:
        ValueError: an option is out of its range.

    Example:
        >>> backbone = dict(
        ...     type='TCCLIPViT', injection=dict(type='DeepVisualPrompts'))
    """

    keeps_tokens = True

    def __init__(self,
                 tower: TowerShape,
                 num_prompts: int = 16,
                 depth: int = 9) -> None:
        super().__init__(tower)
        if num_prompts < 1 or not 1 <= depth <= tower.depth:
            raise ValueError(
                f'num_prompts={num_prompts} must be 1 or more and depth='
                f'{depth} 1 to {tower.depth}, the layers of the tower')
        prompts = torch.empty(depth, num_prompts, tower.width)
        self.prompts = nn.Parameter(nn.init.normal_(prompts, std=.02))

    def insert(self, tokens: Tensor, layer: int) -> Tensor:
        """See :class:`TokenInjection`: sets the prompts of a layer.

        Args:
            tokens: ``(B, T, N, D)`` in layer 1, then ``(B, T, N + n, D)``.
            layer: number of the layer, 1-based.

        Returns:
            ``(B, T, N + n, D)``.
        """
        depth, num_prompts, _ = self.prompts.shape
        if layer > depth:
            return tokens
        if layer > 1:
            tokens = tokens[:, :, :-num_prompts]  # (B, T, N, D)
        prompts = self.prompts[layer - 1]  # (n, D)
        return torch.cat((tokens, prompts.expand(*tokens.shape[:2], -1, -1)),
                         2)
