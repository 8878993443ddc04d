"""Prompt vectors that are exchanged before each of the first text blocks."""
from typing import Optional

import torch
from mmaction.registry import MODELS
from torch import Tensor

from .prompts import SharedPrompt
from .text_encoder import TextEncoder


@MODELS.register_module()
class DeepPrompt(SharedPrompt):
    """New prompt vectors at several depths (IVLP in ViFi-CLIP).

    The first vectors stand after SOS. Before each of the blocks 2 to
    ``depth``, what became of them is replaced by new vectors, to which no
    position is added. The vectors are ``(depth, n, D)``, from N(0, 0.02).

    Args:
        num_prompts: vectors n at each depth.
        depth: number of blocks that get new vectors.
        prompt_init: words that the vectors of the first block start from, one
            token for each; None draws these as well. The official code starts
            from ``'a photo of a'`` if there are at most 4 vectors.

    Raises:
        ValueError: ``num_prompts`` or ``depth`` is below 1, or the words have
            another number.
    """

    def __init__(self,
                 num_prompts: int = 16,
                 depth: int = 9,
                 prompt_init: Optional[str] = None) -> None:
        if min(num_prompts, depth) < 1:
            raise ValueError(f'num_prompts={num_prompts} and depth={depth} '
                             'must be 1 or more')
        super().__init__(num_prompts, prompt_init)
        self.depth = depth

    def draw_vectors(self,
                     width: int,
                     num_classes: int = 1,
                     context_length: int = 77) -> Tensor:
        """Draws vectors ``(depth, n, D)``.

        Args:
            width: D of the text tower.
            num_classes: not used; all classes have the same vectors.
            context_length: not used.
        """
        return 0.02 * torch.randn(self.depth, self.num_prompts, width)

    def start_from_words(self, vectors: Tensor, encoder: TextEncoder) -> None:
        """Sets the first vectors to embeddings of words, if there are any.

        Args:
            vectors: output of :meth:`draw_vectors`.
            encoder: the text tower, with its final token embedding.

        Raises:
            ValueError: the tower has fewer blocks than ``depth``.
        """
        if self.depth > encoder.depth:
            raise ValueError(f'depth={self.depth} of DeepPrompt is more than '
                             f'the {encoder.depth} blocks of the text tower')
        super().start_from_words(vectors[0], encoder)

    def prefix_vectors(self, vectors: Optional[Tensor]) -> Optional[Tensor]:
        """Returns the vectors of the first block ``(n, D)``.

        Args:
            vectors: the learned vectors.
        """
        return None if vectors is None else vectors[0]

    def before_block(self, vectors: Optional[Tensor], block: int,
                     prefix: Tensor) -> Tensor:
        """Exchanges the vectors before one of the blocks 2 to ``depth``.

        Args:
            vectors: the learned vectors.
            block: number of the block, 1-based.
            prefix: state behind the block before it ``(B or 1, S, D)``.

        Returns:
            ``(B or 1, S, D)``.
        """
        if vectors is None or not 2 <= block <= self.depth:
            return prefix
        new = vectors[block - 1].expand(len(prefix), -1, -1)  # (B or 1, n, D)
        return torch.cat((prefix[:, :1], new), 1)
