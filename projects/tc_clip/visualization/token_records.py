"""Records which tokens the vision tower attends to, chooses and merges.

:class:`TokenRecorder` looks on while a model runs; what it returns are arrays
that no part of the model holds on to.
"""
from typing import Any, List, NamedTuple, Optional, Tuple

import numpy as np
import torch
from torch import Tensor

from ..models import TCCLIPViT
from ..models.attention import AttentionCall, cls_attention
from ..models.references.base import Context


class TokenMaps(NamedTuple):
    """What one layer does with the patches of a clip.

    Attributes:
        layer: 1-based.
        attention: ``(T, h, w)`` float32, how much the CLS token of each frame
            attends to the frame's own patches, averaged over heads. What it
            gives to other tokens is missing from the sum of 1.
        groups: ``(T, h, w)`` int16, the context token that holds each patch,
            -1 where the patch is no seed token; None where the layer makes no
            context tokens.
    """
    layer: int
    attention: np.ndarray
    groups: Optional[np.ndarray]


class ViewRecord(NamedTuple):
    """A clip and what every layer does with it.

    Attributes:
        frames: ``(T, H, W, 3)`` uint8 RGB, as the tower saw them.
        layers: first to last.
    """
    frames: np.ndarray
    layers: List[TokenMaps]


class _Layer(NamedTuple):
    """Attention ``(B, T, P)``, and the context tokens that were made."""
    attention: Tensor
    context: Optional[Context]


def frame_attention(inputs: AttentionCall, frames: int) -> Tensor:
    """Computes how much each frame's CLS token attends to its own patches.

    Args:
        inputs: the attention of a layer; joint space-time attention has 1 in
            place of T and T * N in place of N.
        frames: of the clip, T.

    Returns:
        ``(B, T, N - 1)``, averaged over heads.
    """
    if inputs.query.shape[1] == frames:
        return cls_attention(inputs).mean(2)
    query, key = inputs.query[:, 0], inputs.key[:, 0]  # (B, H, T * N, d)
    rows = query.unflatten(2, (frames, -1))[:, :, :, 0]
    logits = rows * query.shape[-1]**-0.5 @ key.transpose(-1, -2)
    weights = logits.softmax(-1).unflatten(-1, (frames, -1))
    # (B, H, T, T, N) -> (B, H, N, T) -> (B, T, N)
    own = weights.diagonal(dim1=2, dim2=3).mean(1).transpose(1, 2)
    return own[..., 1:]


def group_map(seed_index: np.ndarray, token_of_seed: np.ndarray,
              patches: int) -> np.ndarray:
    """Lays the context tokens of seeds out over the patches of their frames.

    Args:
        seed_index: chosen patches ``(T, n)``.
        token_of_seed: the context token of each ``(T, n)``.
        patches: of a frame, P.

    Returns:
        ``(T, P)`` int16, -1 where a patch is no seed.

    Raises:
        ValueError: there are more context tokens than int16 can count.
    """
    most = np.iinfo(np.int16).max
    if token_of_seed.max() > most:
        raise ValueError(
            f'{token_of_seed.max() + 1} context tokens are more than the '
            f'{most + 1} that can be shown: set num_tokens')
    groups = np.full((len(token_of_seed), patches), -1, np.int16)
    np.put_along_axis(groups, seed_index, token_of_seed.astype(np.int16), 1)
    return groups


class TokenRecorder:
    """Records the tokens of a tower while it runs in a ``with`` block.

    The model's output stays what it is, bit for bit.

    Args:
        backbone: the tower to look into, ``model.backbone``.

    Raises:
        ValueError: ``backbone`` is no TCCLIPViT.

    Example:
        >>> with TokenRecorder(model.backbone) as recorder:
        ...     model.test_step(batch)
        >>> recorder.maps()[-1].attention.shape  # (T, 14, 14)
    """

    def __init__(self, backbone: Any) -> None:
        if not isinstance(backbone, TCCLIPViT):
            raise ValueError(
                f'{type(backbone).__name__} has no tokens that can be '
                'recorded: pass the TCCLIPViT of a model, model.backbone')
        self.backbone = backbone
        size, patch = backbone.image_size, backbone.conv1.stride
        self.grid = size[0] // patch[0], size[1] // patch[1]
        self._layers: List[_Layer] = []
        self._hooks: List[Any] = []

    def __enter__(self) -> 'TokenRecorder':
        """Starts to record."""
        self._hooks = [
            self.backbone.register_forward_pre_hook(self._start),
            *(block.register_forward_hook(self._record)
              for block in self.backbone.transformer.resblocks)
        ]
        return self

    def __exit__(self, *error: Any) -> None:
        """Stops to record; what was recorded stays."""
        for hook in self._hooks:
            hook.remove()

    def _start(self, backbone: TCCLIPViT, inputs: Tuple[Tensor]) -> None:
        """Forgets the forward before."""
        self._layers = []

    @torch.no_grad()
    def _record(self, block: Any, args: Tuple[Any, ...],
                output: Tuple[Tensor, Optional[Context]]) -> None:
        """Records a layer from what its block was given and returned."""
        tokens, reference, context = args[:3]
        inputs = block.attention_call(tokens, reference, context)
        self._layers.append(
            _Layer(frame_attention(inputs, tokens.shape[1]), output[1]))

    def maps(self, clip: int = 0, head: int = 0) -> List[TokenMaps]:
        """Returns what each layer did with a clip in the last forward.

        Args:
            clip: its index among the B * V clips of the batch.
            head: whose seeds and groups to return where every head has its
                own (HeadWiseContext).

        Raises:
            ValueError: nothing was recorded, or no such clip.
        """
        if len(self._layers) < len(self.backbone.transformer.resblocks):
            raise ValueError('Nothing is recorded: run the model inside the '
                             'with block first')
        batch = len(self._layers[0].attention)
        if not 0 <= clip < batch:
            raise ValueError(f'clip={clip} is not in the batch, which has '
                             f'clips 0 to {batch - 1}')
        return [
            self._map(number, layer, clip, head)
            for number, layer in enumerate(self._layers, 1)
        ]

    def _map(self, number: int, layer: _Layer, clip: int,
             head: int) -> TokenMaps:
        """Brings a clip's tokens of a layer into the shape of its frames."""
        attention = layer.attention[clip].float().cpu().numpy()
        frames, patches = attention.shape
        groups = None
        if layer.context is not None:
            index, token_of_seed = (
                x[clip].cpu().numpy() for x in layer.context[1:])
            if index.ndim == 3:  # (T, H, n)
                index, token_of_seed = index[:, head], token_of_seed[:, head]
            groups = group_map(index, token_of_seed, patches)
            groups = groups.reshape(frames, *self.grid)
        return TokenMaps(number, attention.reshape(frames, *self.grid), groups)


def to_frames(view: Tensor) -> np.ndarray:
    """Turns pixels ``(3, T, H, W)`` into frames ``(T, H, W, 3)``."""
    return np.ascontiguousarray(view.permute(1, 2, 3, 0).numpy())
