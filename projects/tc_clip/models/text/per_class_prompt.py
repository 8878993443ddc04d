"""Prompt vectors of single classes, at a place of choice."""
from typing import List, Optional

import torch
from mmaction.registry import MODELS
from torch import Tensor

from .prompt_learner import PromptLearner, vector_id

_POSITIONS = ('end', 'middle', 'front')


@MODELS.register_module()
class PerClassPrompt(PromptLearner):
    """Learned vectors for each class (CoOp; the text prompts of Vita-CLIP).

    The vectors are drawn from N(0, 0.02). Weights of one list of classes fit
    no other number of classes.

    Args:
        num_prompts: vectors n of a class.
        position: place of the class name: at the ``'end'`` (SOS, vectors,
            name, full stop), in the ``'middle'`` of the vectors, with the
            smaller half first, or in ``'front'`` of them. In the last two the
            full stop follows the last vector and not the name, as in the
            official code.
        per_class: whether each class has its own vectors ``(C, n, D)``, and
            not all the same ``(n, D)``.

    Raises:
        ValueError: an option has no meaning.
    """

    def __init__(self,
                 num_prompts: int = 8,
                 position: str = 'end',
                 per_class: bool = True) -> None:
        if num_prompts < 1:
            raise ValueError(f'num_prompts={num_prompts} must be 1 or more: '
                             'SharedPrompt makes texts without vectors')
        if position not in _POSITIONS:
            raise ValueError(f'position={position!r} is not one of '
                             f'{_POSITIONS}')
        self.vectors_in_suffix = per_class or position != 'end'
        super().__init__(
            num_vectors=0 if self.vectors_in_suffix else num_prompts)
        self.num_prompts, self.position = num_prompts, position
        self.per_class = per_class

    def draw_vectors(self,
                     width: int,
                     num_classes: int = 1,
                     context_length: int = 77) -> Tensor:
        """Draws vectors ``(C, n, D)``, or ``(n, D)`` if classes share them.

        Args:
            width: D of the text tower.
            num_classes: number of classes C.
            context_length: not used.
        """
        vectors = 0.02 * torch.randn(num_classes, self.num_prompts, width)
        return vectors if self.per_class else vectors[0].clone()

    def check_classes(self, vectors: Optional[Tensor],
                      num_classes: int) -> None:
        """Raises a ValueError if there are not as many classes as vectors.

        Args:
            vectors: the learned vectors.
            num_classes: number of the new classes.
        """
        if self.per_class and vectors is not None and \
                len(vectors) != num_classes:
            raise ValueError(
                f'PerClassPrompt has learned vectors of {len(vectors)} '
                f'classes, which {num_classes} classes cannot use: give as '
                'many names, build the head with the new names and train it, '
                'or use prompts that classes share (per_class=False)')

    def arrange(self, label: int, name: List[int],
                rest: List[int]) -> List[int]:
        """Puts the vectors of a class around its name.

        Args:
            label: the class.
            name: token ids of its name.
            rest: token ids of the full stop, if there is one, and EOT.
        """
        if not self.vectors_in_suffix:
            return [*name, *rest]
        n = self.num_prompts
        first = label * n if self.per_class else 0
        ids = [vector_id(first + i) for i in range(n)]
        before = dict(end=n, middle=n // 2, front=0)[self.position]
        return [*ids[:before], *name, *ids[before:], *rest]

    def prefix_vectors(self, vectors: Optional[Tensor]) -> Optional[Tensor]:
        """Returns the vectors after SOS, where all texts begin with them.

        Args:
            vectors: the learned vectors.
        """
        return None if self.vectors_in_suffix else vectors
