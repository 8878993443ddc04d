"""Base of modules that put a prompt around class names."""
from typing import List, Optional, Sequence

import torch
from mmengine.model import BaseModule
from torch import Tensor

from .class_texts import LengthRuns, clip_tokenizer
from .text_encoder import TextEncoder, TextState


def vector_id(index: int) -> int:
    """Returns the id that stands for a learned vector in a suffix."""
    return -1 - index


def embed_ids(ids: Tensor, vectors: Tensor, encoder: TextEncoder) -> Tensor:
    """Looks up tokens, and learned vectors where ids are negative.

    Args:
        ids: token ids, or :func:`vector_id` of vectors ``(P, )``.
        vectors: learned vectors ``(..., D)``.
        encoder: the text tower.

    Returns:
        ``(P, D)``.
    """
    tokens = encoder.token_embedding(ids.clamp(min=0))  # (P, D)
    learned = vectors.flatten(0, -2)[(-1 - ids).clamp(min=0)]  # (P, D)
    return torch.where((ids < 0).unsqueeze(-1), learned, tokens)


class PromptLearner(BaseModule):
    """Makes the state of class texts before the first block.

    A text is [SOS | prompt | class name | full stop | EOT]. What all texts
    begin with is the *prefix*: SOS, and vectors that all classes share. The
    rest is the *suffix* of a text, a list of ids. The head owns the learned
    vectors, as its ``prompt_vectors``. A subclass may put them into the prefix
    (:meth:`prefix_vectors`), into suffixes (:meth:`arrange`), or both.

    Args:
        word_ids: tokens after SOS, of a prompt that is not learned.
        num_vectors: learned vectors after SOS, in place of the words.

    Attributes:
        num_positions: positions of the prefix.
        vectors_in_suffix: whether suffixes hold learned vectors.
    """

    prefix_ids: Tensor
    vectors_in_suffix = False

    def __init__(self,
                 word_ids: Sequence[int] = (),
                 num_vectors: int = 0) -> None:
        super().__init__()
        self.num_positions = 1 + (num_vectors or len(word_ids))
        sos = clip_tokenizer().sot_token_id
        self.register_buffer(
            'prefix_ids', torch.tensor([sos, *word_ids]), persistent=False)

    def draw_vectors(self,
                     width: int,
                     num_classes: int = 1,
                     context_length: int = 77) -> Optional[Tensor]:
        """Draws initial vectors ``(..., D)``; None if no vectors are learned.

        Args:
            width: D of the text tower.
            num_classes: number of classes.
            context_length: positions of the text tower.
        """
        raise NotImplementedError

    def start_from_words(self, vectors: Tensor, encoder: TextEncoder) -> None:
        """Sets vectors to the embeddings of their words, if there are any.

        Args:
            vectors: output of :meth:`draw_vectors`.
            encoder: the text tower, with its final token embedding.
        """

    def check_classes(self, vectors: Optional[Tensor],
                      num_classes: int) -> None:
        """Raises a ValueError if the vectors do not fit new classes.

        Args:
            vectors: the learned vectors, if there are any.
            num_classes: number of the new classes.
        """

    def arrange(self, label: int, name: List[int],
                rest: List[int]) -> List[int]:
        """Returns the suffix of a text: token ids and :func:`vector_id`.

        Args:
            label: class of the text.
            name: token ids of the class name in its template.
            rest: token ids of the full stop, if there is one, and EOT.
        """
        return [*name, *rest]

    def prefix_vectors(self, vectors: Optional[Tensor]) -> Optional[Tensor]:
        """Returns the vectors after SOS ``(n, D)``; None keeps the words.

        Args:
            vectors: the learned vectors, if there are any.
        """
        return vectors

    def before_block(self, vectors: Optional[Tensor], block: int,
                     prefix: Tensor) -> Tensor:
        """Returns the prefix for a block, ``(B or 1, S, D)``.

        Args:
            vectors: the learned vectors, if there are any.
            block: number of the block, 1-based.
            prefix: state of the prefix behind the block before it ``(B or 1,
                S, D)``.
        """
        return prefix

    def embed(self, vectors: Optional[Tensor], suffix_ids: Tensor,
              runs: LengthRuns, encoder: TextEncoder) -> TextState:
        """Makes the state of class texts before the first block.

        Args:
            vectors: the learned vectors, if there are any.
            suffix_ids: suffixes, one text after the other ``(P, )``.
            runs: number of texts and ids of each, for every length.
            encoder: the text tower.
        """
        prefix = encoder.token_embedding(self.prefix_ids)  # (S, D)
        learned = self.prefix_vectors(vectors)
        if learned is not None:
            prefix = torch.cat((prefix[:1], learned))  # SOS, then the vectors
        if vectors is not None and self.vectors_in_suffix:
            suffix = embed_ids(suffix_ids, vectors, encoder)  # (P, D)
        else:
            suffix = encoder.token_embedding(suffix_ids)  # (P, D)
        return encoder.embed(prefix, suffix, runs)
