"""The prompt before the class name in a text."""
from typing import Optional

import torch
from mmaction.registry import MODELS
from torch import Tensor

from .class_texts import prompt_ids
from .prompt_learner import PromptLearner
from .text_encoder import TextEncoder


@MODELS.register_module()
class SharedPrompt(PromptLearner):
    """One prompt for all classes: words, or vectors initialised by words.

    Args:
        num_prompts: learnable vectors; with 0 the words stay as they are.
        prompt_init: the words, one token for each vector; None draws vectors
            from N(0, 0.02), or means no words if there are no vectors.

    Raises:
        ValueError: the numbers of words and vectors differ.
    """

    def __init__(self,
                 num_prompts: int = 4,
                 prompt_init: Optional[str] = 'a photo of a') -> None:
        ids = [] if prompt_init is None else prompt_ids(
            prompt_init, num_prompts)
        super().__init__(ids, num_prompts)
        self.num_prompts = num_prompts

    def draw_vectors(self,
                     width: int,
                     num_classes: int = 1,
                     context_length: int = 77) -> Optional[Tensor]:
        """Draws vectors ``(n, D)``; None if no vectors are learned.

        Args:
            width: D of the text tower.
            num_classes: not used; all classes have the same vectors.
            context_length: not used.
        """
        if not self.num_prompts:
            return None
        return 0.02 * torch.randn(self.num_prompts, width)

    @torch.no_grad()
    def start_from_words(self, vectors: Tensor, encoder: TextEncoder) -> None:
        """Sets the vectors to the embeddings of their words, if there are any.

        Args:
            vectors: output of :meth:`draw_vectors` ``(n, D)``.
            encoder: the text tower, with its final token embedding.
        """
        if len(self.prefix_ids) > 1:
            vectors.copy_(encoder.token_embedding(self.prefix_ids[1:]))
