"""Base of modules that choose the texts of a training step."""
from typing import List, Optional, Tuple

import torch
from mmaction.utils import SampleList
from mmengine.model import BaseModule
from torch import Tensor


def hard_labels(data_samples: SampleList) -> Tensor:
    """Returns the labels of a batch ``(B, )``, on the CPU.

    Args:
        data_samples: B samples with one label each.

    Raises:
        ValueError: a sample has more labels, or a mixture of them.
    """
    labels = [sample.gt_label for sample in data_samples]
    if any(label.numel() != 1 for label in labels):
        raise ValueError('With contrast, each video needs one class, but '
                         'labels are mixed: set blending=None in '
                         'data_preprocessor, and multi_class=False')
    return torch.cat([label.reshape(1) for label in labels]).cpu()


class Contrast(BaseModule):
    """Chooses the texts that videos are compared with in training.

    Only these texts are encoded. A subclass has ``choose`` or ``texts_of``, is
    registered in MODELS, and named in the option ``contrast`` of a head.

    Attributes:
        across_processes: whether videos meet the texts of other processes,
            which must then be the same for all videos.
    """

    across_processes = False

    def texts_of(self, data_samples: SampleList) -> Optional[List[str]]:
        """Returns texts that the videos bring; by default there are none.

        Args:
            data_samples: B samples.

        Returns:
            K texts, which are tokenized like class names and compared with all
            videos. None: :meth:`choose` chooses among the class texts.
        """
        return None

    def choose(self, labels: Tensor, num_wordings: int,
               num_classes: int) -> Tensor:
        """Chooses texts; random numbers are those of torch's CPU generator.

        Args:
            labels: classes of the videos ``(B, )``, on the CPU.
            num_wordings: texts S of a class.
            num_classes: classes C.

        Returns:
            Numbers of texts ``(S', K)``, on the CPU: S' texts that
            ``aggregate`` turns into one, for each of K columns of logits.
            Text ``s * C + c`` is the wording s of class c.
        """
        raise NotImplementedError

    def pair(self, video: Tensor, text: Tensor, labels: Tensor,
             texts: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """Returns what is compared in the loss.

        Args:
            video: unit features ``(B, ..., E)``.
            text: unit features of the chosen texts ``(B or 1, K', E)``.
            labels: classes of the videos ``(B, )``, on the CPU.
            texts: output of :meth:`choose`.

        Returns:
            Videos, texts, and the target of the loss: columns ``(B, )``, or
            which pairs belong together ``(B, K)``.
        """
        raise NotImplementedError
