"""Records which tokens the vision tower attends to, selects and merges.

:class:`TokenRecorder` records while a model runs, and returns arrays that do
not share memory with the model.
"""
from typing import Any, List, NamedTuple, Optional, Tuple

import numpy as np
import torch
from torch import Tensor

from ..models import TCCLIPViT
from ..models.attention import AttentionCall, cls_attention
from ..models.references.base import Context


class TokenMaps(NamedTuple):
    """Attention and context tokens of one layer, by patch of a clip.

    Attributes:
        layer: number of the layer, 1-based.
        attention: ``(T, h, w)`` float32, how much the CLS token of each frame
            attends to the frame's own patches, averaged over heads. Attention
            to other tokens is not shown, so the sum is below 1.
        groups: ``(T, h, w)`` int16, the context token that holds each patch,
            -1 where the patch is not a seed token; None if the layer makes no
            context tokens.
    """
    layer: int
    attention: np.ndarray
    groups: Optional[np.ndarray]


class ViewRecord(NamedTuple):
    """A clip and the token maps of every layer.

    Attributes:
        frames: ``(T, H, W, 3)`` uint8 RGB, the input of the tower.
        layers: maps of all layers, first to last.
        times: seconds at which a player shows the frames, ``(T, )``; None if
            they are not known.
    """
    frames: np.ndarray
    layers: List[TokenMaps]
    times: Optional[np.ndarray] = None


class _Layer(NamedTuple):
    """Attention and seeds of a layer in one forward pass.

    Attributes:
        attention: ``(B, T, P)``.
        seeds: selected patches and the tokens that hold them, each ``(B, T,
            n)`` or ``(B, T, H, n)``; None if no context tokens are made.
    """
    attention: Tensor
    seeds: Optional[Tuple[Tensor, Tensor]]


def joint_frame_attention(call: AttentionCall, frames: int) -> Tensor:
    """Computes how much each frame's CLS token attends to its patches.

    Args:
        call: joint space-time attention, with 1 in place of T and T * N in
            place of N.
        frames: number of frames of the clip, T.

    Returns:
        ``(B, T, N - 1)``, averaged over heads.
    """
    query, key = call.query[:, 0], call.key[:, 0]  # (B, H, T * N, d)
    rows = query.unflatten(2, (frames, -1))[:, :, :, 0]  # (B, H, T, d)
    logits = rows * query.shape[-1]**-0.5 @ key.transpose(-1, -2)
    weights = logits.softmax(-1).unflatten(-1, (frames, -1))
    # attention of a frame to itself: (B, H, T, T, N) -> (B, H, N, T)
    to_itself = weights.diagonal(dim1=2, dim2=3)
    return to_itself.mean(1).transpose(1, 2)[..., 1:]  # (B, T, N - 1)


def group_map(seed_index: np.ndarray, token_of_seed: np.ndarray,
              patches: int) -> np.ndarray:
    """Writes the context token of each seed to the place of its patch.

    Args:
        seed_index: selected patches ``(T, n)``.
        token_of_seed: the context token of each ``(T, n)``.
        patches: number of patches of a frame, P.

    Returns:
        ``(T, P)`` int16, -1 where a patch is not a seed.

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

    The model's output does not change by a single bit. Recording computes the
    CLS row of each attention a second time.

    Args:
        backbone: the tower to record, ``model.backbone``.

    Raises:
        ValueError: ``backbone`` is not a TCCLIPViT.

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
        self._forwards: List[List[_Layer]] = []
        self._hooks: List[Any] = []

    def __enter__(self) -> 'TokenRecorder':
        """Deletes an earlier record and starts to record."""
        self._forwards = []
        self._hooks = [
            self.backbone.register_forward_pre_hook(self._start),
            *(block.register_forward_hook(self._record)
              for block in self.backbone.transformer.resblocks)
        ]
        return self

    def __exit__(self, *error: Any) -> None:
        """Stops recording; the record stays."""
        for hook in self._hooks:
            hook.remove()

    def _start(self, backbone: TCCLIPViT, inputs: Tuple[Tensor]) -> None:
        """Begins the record of a forward pass."""
        self._forwards.append([])

    @torch.no_grad()
    def _record(self, block: Any, args: Tuple[Any, ...],
                output: Tuple[Tensor, Optional[Context]]) -> None:
        """Records a layer from the inputs and outputs of its block."""
        tokens, reference, injection, task = args
        length = task.frame_length or tokens.shape[2]
        call = block.attention_call(
            injection.insert(tokens, task.layer), reference, task.context)
        if reference.joins_frames:
            attention = joint_frame_attention(call, tokens.shape[1])
        else:
            attention = cls_attention(call).mean(2)  # (B, T, N + J - 1)
        context = output[1]
        self._forwards[-1].append(
            _Layer(attention[..., :length - 1],
                   None if context is None else context[1:]))

    def maps(self, view: int = 0, head: int = 0) -> List[TokenMaps]:
        """Returns the token maps of each layer for a view.

        Args:
            view: index among the views of all forward passes since recording
                started; a pass with B videos has B * V views.
            head: the head whose seeds and groups are returned, for
                HeadWiseContext, where heads have different ones.

        Raises:
            ValueError: nothing was recorded, or the view was not.
        """
        depth = len(self.backbone.transformer.resblocks)
        whole = [layers for layers in self._forwards if len(layers) == depth]
        if not whole:
            raise ValueError('Nothing is recorded: run the model inside the '
                             'with block first')
        counts = [len(layers[0].attention) for layers in whole]
        if not 0 <= view < sum(counts):
            raise ValueError(f'view={view} was not recorded: there are views '
                             f'0 to {sum(counts) - 1}')
        for layers, count in zip(whole, counts):
            if view < count:
                break
            view -= count
        return [
            self._map(number, layer, view, head)
            for number, layer in enumerate(layers, 1)
        ]

    def _map(self, number: int, layer: _Layer, view: int,
             head: int) -> TokenMaps:
        """Arranges a view's attention and groups in the grid of patches."""
        attention = layer.attention[view].float().cpu().numpy()  # (T, P)
        frames, patches = attention.shape
        groups = None
        if layer.seeds is not None:
            index, token = (x[view].cpu().numpy() for x in layer.seeds)
            if index.ndim == 3:  # (T, H, n)
                index, token = index[:, head], token[:, head]
            groups = group_map(index, token, patches)
            groups = groups.reshape(frames, *self.grid)
        return TokenMaps(number, attention.reshape(frames, *self.grid), groups)


def view_record(view: Tensor, layers: List[TokenMaps],
                sample: Any) -> ViewRecord:
    """Collects the record of the first view of a video.

    Args:
        view: pixels ``(3, T, H, W)`` uint8.
        layers: maps of all layers.
        sample: the data sample of the video. If its meta information has the
            ``frame_times`` of all views, those of the first are kept.
    """
    frames = np.ascontiguousarray(view.permute(1, 2, 3, 0).numpy())
    times = sample.get('frame_times')
    return ViewRecord(frames, layers,
                      None if times is None else times[:len(frames)])
