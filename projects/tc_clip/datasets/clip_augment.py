"""Colour augmentation that is decided per clip and drawn per frame."""
from abc import abstractmethod
from typing import Dict

import numpy as np
import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform
from PIL import Image
from torchvision import transforms
from torchvision.transforms import functional


class _ClipTransform(BaseTransform):
    """Changes all frames of a clip, or none of them.

    All draws come from torch's global generator, which MMEngine and torch
    seed in every worker process.

    Args:
        prob: probability that a clip is changed.

    Raises:
        ValueError: ``prob`` is not a probability.
    """

    def __init__(self, prob: float) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(f'prob must be in [0, 1], but is {prob}.')
        self.prob = prob

    def transform(self, results: Dict) -> Dict:
        """Changes ``imgs``, T frames ``(H, W, 3)`` in RGB and uint8."""
        if torch.rand(1).item() < self.prob:
            # PIL: on uint8 tensors, torchvision takes up to twice as long
            results['imgs'] = [
                np.array(self._change(Image.fromarray(img)))
                for img in results['imgs']
            ]
        return results

    @abstractmethod
    def _change(self, frame: Image.Image) -> Image.Image:
        """Returns the changed frame."""


@TRANSFORMS.register_module()
class ClipColorJitter(_ClipTransform):
    """Jitters the colours of a clip, with parameters drawn for each frame.

    MMAction2's ``ColorJitter`` shares its parameters among the frames of a
    clip, and its hue overflows with numpy 2. All draws come from torch's
    global generator.

    Required keys:

        - imgs

    Modified keys:

        - imgs

    Args:
        prob: probability that a clip is jittered.
        brightness: as in ``torchvision.transforms.ColorJitter``.
        contrast: as above.
        saturation: as above.
        hue: as above.

    Raises:
        ValueError: ``prob`` is not a probability, or torchvision refuses a
            strength.
    """

    def __init__(self,
                 prob: float = 0.8,
                 brightness: float = 0.4,
                 contrast: float = 0.4,
                 saturation: float = 0.2,
                 hue: float = 0.1) -> None:
        super().__init__(prob)
        self._jitter = transforms.ColorJitter(brightness, contrast, saturation,
                                              hue)

    def _change(self, frame: Image.Image) -> Image.Image:
        """Returns the frame in colours drawn for it."""
        return self._jitter(frame)

    def __repr__(self) -> str:
        return (f'{self.__class__.__name__}(prob={self.prob}, '
                f'jitter={self._jitter})')


@TRANSFORMS.register_module()
class ClipGrayscale(_ClipTransform):
    """Turns a clip gray, and keeps three channels.

    The draw comes from torch's global generator.

    Required keys:

        - imgs

    Modified keys:

        - imgs

    Args:
        prob: probability that a clip turns gray.

    Raises:
        ValueError: ``prob`` is not a probability.
    """

    def __init__(self, prob: float = 0.2) -> None:
        super().__init__(prob)

    def _change(self, frame: Image.Image) -> Image.Image:
        """Returns the frame in gray."""
        return functional.rgb_to_grayscale(frame, num_output_channels=3)

    def __repr__(self) -> str:
        return f'{self.__class__.__name__}(prob={self.prob})'
