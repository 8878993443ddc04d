"""Stores encoded class texts as long as nothing changes them."""
from typing import Any, Iterator, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn

from ..whole_weights import WholeWeights
from .text_encoder import TextState


class StoredTexts(NamedTuple):
    """Encoded texts of all classes, without a graph of gradients.

    Attributes:
        states: before the first block that sees a video, for each chunk.
        features: of all texts ``(1, S * C, E)``; None if a block sees videos.
        dtype: of matrix products when they were made; autocast changes it.
    """
    states: List[TextState]
    features: Optional[Tensor]
    dtype: torch.dtype


class TextStore(WholeWeights):
    """Base of modules that encode class texts no more often than needed.

    Texts are stored in evaluation without gradients, and at any time where no
    weight that they are encoded with requires a gradient. They are dropped by
    :meth:`train`, by loading weights, by moving the module to another device
    or dtype, and where weights require gradients again.

    Args:
        **kwargs: options of the next base class.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._text_cache: Optional[StoredTexts] = None

    def _weights_of_texts(self) -> Iterator[nn.Parameter]:
        """Yields the parameters that texts are encoded with."""
        raise NotImplementedError

    def _encode_all(self) -> Tuple[List[TextState], Optional[Tensor]]:
        """Encodes what :class:`StoredTexts` holds."""
        raise NotImplementedError

    def forget_text(self) -> None:
        """Forgets the texts that were encoded and stored."""
        self._text_cache = None

    def train(self, mode: bool = True) -> 'TextStore':
        """Sets the mode, and forgets encoded text before weights change."""
        if mode or self.training:
            self.forget_text()
        return super().train(mode)

    def _load_from_state_dict(self, *args: Any, **kwargs: Any) -> None:
        """Loads weights and forgets encoded text."""
        self.forget_text()
        super()._load_from_state_dict(*args, **kwargs)

    def _apply(self, *args: Any, **kwargs: Any) -> 'TextStore':
        """Moves or casts the module and forgets encoded text."""
        self.forget_text()
        return super()._apply(*args, **kwargs)

    def _stored_texts(self) -> Optional[StoredTexts]:
        """Returns stored texts; None while weights may learn from them."""
        may_learn = self.training or torch.is_grad_enabled()
        if may_learn and any(p.requires_grad
                             for p in self._weights_of_texts()):
            self.forget_text()  # an optimizer may change the weights
            return None
        one = next(self._weights_of_texts()).detach().new_ones(1)
        dtype = (one[:, None] @ one).dtype  # of the weights, or of autocast
        if self._text_cache is None or self._text_cache.dtype != dtype:
            self._store_texts(dtype)
        return self._text_cache

    # a graph of gradients, or a tensor of inference mode, would be of no use
    # in a training step
    @torch.inference_mode(False)
    @torch.no_grad()
    def _store_texts(self, dtype: torch.dtype) -> None:
        """Encodes and stores the texts."""
        self._text_cache = StoredTexts(*self._encode_all(), dtype)
