"""The prompt before the class name in a text."""
from typing import Optional

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from .class_texts import LengthRuns, clip_tokenizer, prompt_ids
from .text_encoder import TextEncoder, TextState


@MODELS.register_module()
class SharedPrompt(BaseModule):
    """One prompt for all classes: words, or vectors initialised by words.

    The head owns the vectors, as its ``prompt_vectors``. Another prompt
    learner is a module with the same three methods and ``num_positions``. If
    it gives each class a different prompt, the prompts are part of the
    suffixes that :meth:`embed` returns, which become longer by these
    positions.

    Args:
        num_prompts: learnable vectors; with 0 the words stay as they are.
        prompt_init: the words, one token for each vector; None draws vectors
            from N(0, 0.02), or means no words if there are no vectors.

    Raises:
        ValueError: the numbers of words and vectors differ.

    Attributes:
        num_positions: positions of a text that SOS and its prompt take.
    """

    prefix_ids: Tensor

    def __init__(self,
                 num_prompts: int = 4,
                 prompt_init: Optional[str] = 'a photo of a') -> None:
        super().__init__()
        ids = [] if prompt_init is None else prompt_ids(
            prompt_init, num_prompts)
        self.num_prompts = num_prompts
        self.num_positions = 1 + (num_prompts or len(ids))
        sos = clip_tokenizer().sot_token_id
        self.register_buffer(
            'prefix_ids', torch.tensor([sos] + ids), persistent=False)

    def draw_vectors(self, width: int) -> Optional[Tensor]:
        """Draws initial vectors ``(n, D)``; None if no vectors are learned.

        Args:
            width: D of the text tower.
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

    def embed(self, vectors: Optional[Tensor], suffix_ids: Tensor,
              runs: LengthRuns, encoder: TextEncoder) -> TextState:
        """Makes the state of class texts before the first block.

        Args:
            vectors: the learned vectors ``(n, D)``, if there are any.
            suffix_ids: token ids of names and EOTs, one text after the other
                ``(P, )``.
            runs: number of classes and tokens of each, for every length.
            encoder: the text tower.
        """
        prefix = encoder.token_embedding(self.prefix_ids)  # (S, D)
        if vectors is not None:
            prefix = torch.cat((prefix[:1], vectors))  # SOS, then the vectors
        suffix = encoder.token_embedding(suffix_ids)  # (P, D)
        return encoder.embed(prefix, suffix, runs)
