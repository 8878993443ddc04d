"""Prompt vectors before and behind the class name, by position."""
from typing import List, Optional

import torch
from mmaction.registry import MODELS
from torch import Tensor

from .prompt_learner import PromptLearner, vector_id


@MODELS.register_module()
class AroundPrompt(PromptLearner):
    """A learned table of vectors around the class name (A5).

    Row p of the table is for position p of a text: SOS has position 0, then
    come ``prefix`` rows, the name, ``postfix`` rows, and EOT. So the vectors
    behind a name depend on its length, and the rows of positions that always
    hold SOS, a name or nothing are not used. The table has a row for each
    position of the tower, ``(77, D)`` in CLIP, drawn from N(0, 0.01).

    The defaults are those of the command in the official README.

    Args:
        prefix: vectors between SOS and the name.
        postfix: vectors between the name, or its full stop, and EOT.

    Raises:
        ValueError: a number is negative.
    """

    vectors_in_suffix = True

    def __init__(self, prefix: int = 16, postfix: int = 16) -> None:
        if min(prefix, postfix) < 0:
            raise ValueError(f'prefix={prefix} and postfix={postfix} must be '
                             '0 or more')
        super().__init__(num_vectors=prefix)
        self.prefix, self.postfix = prefix, postfix

    def draw_vectors(self,
                     width: int,
                     num_classes: int = 1,
                     context_length: int = 77) -> Tensor:
        """Draws the table ``(context_length, D)``.

        Args:
            width: D of the text tower.
            num_classes: not used; all classes share the table.
            context_length: positions of the text tower.
        """
        return 0.01 * torch.randn(context_length, width)

    def arrange(self, label: int, name: List[int],
                rest: List[int]) -> List[int]:
        """Puts rows of the table between a name and EOT.

        Args:
            label: not used; all classes share the table.
            name: token ids of the class name.
            rest: token ids of the full stop, if there is one, and EOT.
        """
        words = [*name, *rest[:-1]]
        first = 1 + self.prefix + len(words)  # position behind the words
        rows = [vector_id(first + i) for i in range(self.postfix)]
        return [*words, *rows, rest[-1]]

    def prefix_vectors(self, vectors: Optional[Tensor]) -> Optional[Tensor]:
        """Returns the rows after SOS ``(prefix, D)``.

        Args:
            vectors: the table.
        """
        return None if vectors is None else vectors[1:1 + self.prefix]
