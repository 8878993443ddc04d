"""Weight-space ensembles: CLIP's weights mixed into fine-tuned ones.

Fine-tuning gains accuracy on its data set and loses some of CLIP's generality;
a mixture of both sets of weights restores part of it (WiSE-FT,
https://arxiv.org/abs/2109.01903). Shares are always those of CLIP: 0 is the
fine-tuned model and 1 is CLIP. Official TC-CLIP states the share of the
fine-tuned weights: its ``wise_ft=0.7`` is a share of 0.3 here.
"""
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

import torch
from torch import Tensor, nn

from .fitting import first_of, misfits
from .layouts import OPENAI
from .towers import Arch
from .weights import load_clip

# Parts that TC-CLIP adds to CLIP.
ADDED_PARTS = ('local_global_bias', 'prompt_vectors', 'prompting')


def clip_state(arch: Arch, pretrained: str) -> Dict[str, Tensor]:
    """Reads CLIP weights, and renames them for TCCLIPRecognizer.

    Args:
        arch: see :func:`load_clip`.
        pretrained: see :func:`load_clip`.

    Returns:
        State dict with keys ``backbone.*``, ``cls_head.text_encoder.*`` and
        ``cls_head.logit_scale``, float32.
    """
    return OPENAI.read(load_clip(arch, pretrained))[0]


def _mixed_keys(clip: Mapping[str, Tensor], finetuned: Mapping[str, Tensor],
                exclude: Sequence[str]) -> List[str]:
    """Returns the keys to mix, or raises a ValueError if shapes do not fit."""
    keys = [
        key for key, value in clip.items() if value.is_floating_point()
        if not any(part in key for part in exclude)
    ]
    missing = [key for key in keys if key not in finetuned]
    lines = [f'{key} is missing' for key in sorted(missing)]
    lines += misfits(clip, finetuned, finetuned.keys() & keys)
    if lines:
        raise ValueError('The fine-tuned weights and CLIP are not of one '
                         f'architecture: {first_of(lines, join="; ")}')
    return keys


def _mix(clip: Tensor, finetuned: Tensor, clip_share: float) -> Tensor:
    """Mixes one tensor, in the dtype and on the device of the fine-tuned."""
    clip = torch.empty_like(finetuned).copy_(clip)
    # exact at the ends, where lerp may turn -0.0 into 0.0
    if clip_share in (0, 1):
        return clip if clip_share else finetuned
    return finetuned.lerp(clip, clip_share)


@torch.no_grad()
def interpolate(clip: Mapping[str, Tensor],
                finetuned: Mapping[str, Tensor],
                clip_share: float,
                exclude: Sequence[str] = ADDED_PARTS) -> Dict[str, Tensor]:
    """Mixes two state dicts: ``share * clip + (1 - share) * finetuned``.

    Args:
        clip: CLIP's weights, or those that fine-tuning started from. Where
            leading axes are missing, the values are repeated along them, such
            as positions ``(N, D)`` for the frames of ``(T, N, D)``.
        finetuned: the fine-tuned weights. Keys that CLIP lacks, and integers,
            stay unchanged.
        clip_share: share of ``clip``, from 0 to 1. Both ends are exact.
        exclude: parts of names; keys that contain one of them stay as they
            are in ``finetuned``.

    Returns:
        State dict with the keys, shapes, dtypes and devices of ``finetuned``.
        Tensors that are not mixed share their memory with the input.

    Raises:
        ValueError: the share is out of range, or lists the keys of ``clip``
            that ``finetuned`` lacks or has in another shape.
    """
    if not 0 <= clip_share <= 1:
        raise ValueError(f'clip_share={clip_share} is not between 0 (only the '
                         'fine-tuned weights) and 1 (only CLIP)')
    keys = _mixed_keys(clip, finetuned, exclude)
    mixed = {k: _mix(clip[k], finetuned[k], clip_share) for k in keys}
    return {**finetuned, **mixed}


def _clip_source(model: nn.Module) -> Tuple[Arch, str]:
    """Returns arch and pretrained of the CLIP that both towers come from."""

    def source(part: Any) -> Tuple[Any, Any]:
        return getattr(part, 'arch', None), getattr(part, 'pretrained', None)

    backbone, head = source(model.backbone), source(model.cls_head)
    arch, pretrained = backbone
    if not pretrained:
        raise ValueError(
            f'The backbone has pretrained={pretrained!r}: CLIP cannot be '
            'mixed in. Set model.backbone.pretrained to the CLIP that '
            'fine-tuning started from, or test without an ensemble')
    if head != backbone:
        raise ValueError(
            'Both towers must come from one CLIP: (arch, pretrained) are '
            f'{backbone} in the backbone, {head} in the head')
    return arch, pretrained


class WeightEnsemble:
    """Temporarily interpolates a recognizer's weights with CLIP's.

    CLIP is read once, from the file or tag in the model's ``pretrained``.

    Args:
        model: a TCCLIPRecognizer whose two towers come from one CLIP, not
            wrapped for distributed runs.

    Raises:
        ValueError: the model names no CLIP or two different ones, or its
            weights do not fit.

    Example:
        >>> ensemble = WeightEnsemble(model)
        >>> with ensemble.use(0.3):
        ...     model.test_step(data)
    """

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.clip = clip_state(*_clip_source(model))
        self.keys = _mixed_keys(self.clip, model.state_dict(), ADDED_PARTS)

    @contextmanager
    def use(self, clip_share: float) -> Iterator[None]:
        """Mixes CLIP into the model's weights until the context ends.

        Args:
            clip_share: share of CLIP, from 0 to 1; 0 changes nothing.

        Raises:
            ValueError: the share is out of range.
        """
        if clip_share == 0:
            yield
            return
        state = self.model.state_dict()
        finetuned = {key: state[key].clone() for key in self.keys}
        try:
            # loading also makes the head forget its encoded class texts
            self.model.load_state_dict(
                interpolate(self.clip, state, clip_share))
            yield
        finally:
            self.model.load_state_dict({
                **self.model.state_dict(),
                **finetuned
            })
