"""Compares the videos of a batch with the texts of this batch."""
from typing import Tuple

import torch
from mmaction.registry import MODELS
from mmengine.dist import all_gather, get_world_size
from torch import Tensor
from torch.distributed.nn.functional import all_gather as all_gather_grad

from .contrast import Contrast


def gather_rows(x: Tensor) -> Tensor:
    """Concatenates a tensor of all processes, and lets gradients through.

    The gradient of every process's loss reaches its source, and is summed
    there. If all processes compute the same loss of all rows, the mean of
    their parameters' gradients, which DDP takes, is thus the gradient of one
    process that has all rows.

    Args:
        x: ``(B, ...)``, of one shape in all processes.

    Returns:
        ``(W * B, ...)``, in the order of the W processes.
    """
    parts = all_gather_grad(x.contiguous())
    for part in parts:
        if part.requires_grad:
            # gloo exchanges the memory of gradients, whatever their strides
            part.register_hook(Tensor.contiguous)
    return torch.cat(tuple(parts))


@MODELS.register_module()
class BatchTexts(Contrast):
    """Each video's own class in a random wording, for all videos (ActionCLIP).

    Videos are compared with the texts of all videos, of all processes. The
    target of the loss tells which pairs have the same class: the loss must be
    one for such pairs, as :class:`MultiPositiveKL`. All processes need batches
    of one size.

    The gradients are those of one process with all videos. The official code
    of OST divides those of both towers by the number of processes, but not
    that of the temperature; Adam does not see such a factor.

    Args:
        every_wording: whether each video has all texts of its class, as in
            OST, in place of a random one.
    """

    across_processes = True

    def __init__(self, every_wording: bool = False) -> None:
        super().__init__()
        self.every_wording = every_wording

    def draw(self, num_wordings: int, count: int) -> Tensor:
        """Draws a wording for each of ``count`` videos ``(B, )``.

        Args:
            num_wordings: number of wordings.
            count: number of videos.
        """
        return torch.randint(num_wordings, (count, ))

    def choose(self, labels: Tensor, num_wordings: int,
               num_classes: int) -> Tensor:
        """Chooses one text for each video ``(1, B)``, or all ``(S, B)``.

        Args:
            labels: classes of the videos ``(B, )``.
            num_wordings: texts S of a class.
            num_classes: classes.
        """
        wordings = (
            torch.arange(num_wordings)[:, None] if self.every_wording else
            self.draw(num_wordings, len(labels))[None])
        return wordings * num_classes + labels

    def pair(self, video: Tensor, text: Tensor, labels: Tensor,
             texts: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """Gathers videos, texts and labels of all processes.

        Args:
            video: unit features ``(B, ..., E)``.
            text: unit features ``(B or 1, B, E)``, or ``(B or 1, S, B, E)``;
                in several processes ``(1, ..., B, E)``.
            labels: classes of the videos ``(B, )``.
            texts: output of :meth:`choose`.

        Returns:
            Videos ``(W * B, ..., E)``, texts ``(1, ..., W * B, E)`` and ``(W *
            B, W * B)``: 1 where video and text have the same class, else 0.

        Raises:
            ValueError: texts of a video are side by side.
        """
        if text.shape[-2] != len(labels):
            raise ValueError(
                f'BatchTexts has {text.shape[-2]} texts for {len(labels)} '
                'videos: with every_wording, aggregate must be EveryWording '
                'or MeanOfWordings')
        if get_world_size() == 1:
            same = labels[:, None] == labels  # (B, B)
            return video, text, same.to(text.dtype)
        everyone = torch.cat(all_gather(labels))  # (W * B, )
        same = everyone[:, None] == everyone  # (W * B, W * B)
        # texts are the same for all videos: (1, ..., B, E) -> (B, ..., E)
        rows = text[0].movedim(-2, 0)
        # (W * B, ..., E) -> (1, ..., W * B, E)
        texts_of_all = gather_rows(rows).movedim(0, -2)[None]
        return gather_rows(video), texts_of_all, same.to(text.dtype)
