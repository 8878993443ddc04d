"""Compares the videos of a batch with the bags of texts that they bring."""
from typing import List, Tuple

from mmaction.registry import MODELS
from mmaction.utils import SampleList
from torch import Tensor

from .contrast import Contrast


@MODELS.register_module()
class TextBags(Contrast):
    """The bags of texts of all videos of a process (MAXI).

    Bags come from :class:`AddTextBag` in the pipeline of the training. The
    target of the loss tells which videos have the same class, or pseudo label:
    the loss must be one for bags, as :class:`BagNCE`. Processes do not share
    their bags, as in the official code.
    """

    def texts_of(self, data_samples: SampleList) -> List[str]:
        """Returns the B * M texts, one bag after the other.

        Args:
            data_samples: B samples with ``text_bag``, M texts each.

        Raises:
            ValueError: a sample has no bag, or one of another size.
        """
        bags = [sample.get('text_bag') for sample in data_samples]
        if any(bag is None for bag in bags):
            raise ValueError(
                "A video has no bag of texts: put dict(type='AddTextBag', ...)"
                " into the pipeline of the training, and 'text_bag' into the "
                'meta_keys of its PackActionInputs')
        sizes = {len(bag) for bag in bags}
        if len(sizes) > 1:
            raise ValueError(f'Bags of texts have {sorted(sizes)} texts: all '
                             'bags of a batch need as many')
        return [text for bag in bags for text in bag]

    def pair(self, video: Tensor, text: Tensor, labels: Tensor,
             texts: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """Returns videos and texts as they are, and pairs of one class.

        Args:
            video: unit features ``(B, ..., E)``.
            text: unit features ``(B or 1, B * M, E)``.
            labels: classes of the videos ``(B, )``.
            texts: not used.

        Returns:
            Videos, texts, and ``(B, B)``: 1 where two videos have the same
            class, else 0.
        """
        same = labels[:, None] == labels  # (B, B)
        return video, text, same.to(text.dtype)
