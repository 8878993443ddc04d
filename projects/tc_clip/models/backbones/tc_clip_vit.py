"""The vision tower of TC-CLIP as an MMAction2 backbone."""
import logging
from typing import Any, Mapping, Optional, Sequence, Set, Tuple

import torch
from mmaction.models.necks import TPN
from mmaction.models.recognizers import Recognizer2D
from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.registry import MODELS
from mmengine.logging import print_log
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ...clip.towers import Arch, clip_config, layer_indices, vision_tower
from ...clip.weights import load_clip, load_into, vision_weights
from ..joining import JoiningPart
from ..references.base import Context
from ..tower_features import TowerFeatures, mean_over_frames
from ..whole_weights import WholeWeights
from .positions import resize_positions
from .reference_block import LayerTask, ReferenceBlock
from .stock_heads import FORMS, form_for

# Outputs that hold context tokens, which text heads read.
_WITH_CONTEXT = ('tuple', 'frames')
_NO_2D = ("TCCLIPViT sees whole clips (B, 3, T, H, W), and Recognizer2D gives "
          'it single frames. In a config of a Recognizer2D, write '
          'use_whole_clips(_base_, num_frames=8), see '
          'docs/mixing.md')
_NO_TPN = ('The neck TPN reads maps of several stages, and TCCLIPViT gives '
           'frame features: write neck=None')


@MODELS.register_module()
class TCCLIPViT(JoiningPart, WholeWeights, BaseModule):
    """CLIP's image tower with a temporal model in every block.

    Args:
        arch: open_clip ViT, by name or as a config.
        num_frames: frames of a clip. Only ``pos_embed='joint'`` ties the
            tower to it; with spatial positions any number of frames runs.
        reference: config of the temporal model, see :mod:`reference_tokens`.
        pos_embed: ``'space'`` adds CLIP's positions to every frame,
            ``'joint'`` learns positions for every frame, starting from CLIP's.
        local_global_bias: whether each head learns a bias that tells own
            tokens from reference tokens.
        context_layers: layers whose context tokens are returned; 1-based,
            -1 is the last. Default: those that the recognizer's head reads.
        pretrained: ``'openai'``, another open_clip tag of ``arch``, or a
            file with CLIP weights, loaded by :meth:`init_weights`.
        with_cp: whether gradients recompute each block instead of keeping
            its activations: a third more time for less memory.
        out: ``'tuple'``, the mean over frames and the context tokens;
            ``'frames'``, frame features and context tokens, for a neck; or
            the mean alone in a form that heads of MMAction2 read, a key of
            :data:`FORMS` such as ``'feature'`` or ``'map'``. Default: what
            the recognizer's neck or head reads, without one ``'tuple'``.
        injection: config of a module that adds tokens to the attention of
            each layer, see :class:`TokenInjection`.
        init_cfg: see MMEngine's BaseModule.

    Raises:
        ValueError: an option has no meaning for this tower.

    Example:
        >>> backbone = TCCLIPViT(arch='ViT-B-16', context_layers=[-1])
        >>> feature, context = backbone(torch.rand(2, 3, 16, 224, 224))
        >>> feature.shape, context.shape  # (2, 512), (2, 1, 96, 512)
    """

    positional_embedding: nn.Parameter
    transformer: Any

    def __init__(self,
                 arch: Arch = 'ViT-B-16',
                 num_frames: int = 16,
                 reference: Optional[dict] = None,
                 pos_embed: str = 'space',
                 local_global_bias: bool = True,
                 context_layers: Optional[Sequence[int]] = None,
                 pretrained: Optional[str] = None,
                 with_cp: bool = False,
                 out: Optional[str] = None,
                 injection: Optional[dict] = None,
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg=init_cfg)
        if pos_embed not in ('space', 'joint'):
            raise ValueError(f"pos_embed={pos_embed!r}: 'space' or 'joint'")
        if out not in (None, *_WITH_CONTEXT, *FORMS):
            raise ValueError(
                f"out={out!r}: {', '.join((*_WITH_CONTEXT, *FORMS))} or None")
        self.arch, self.pretrained = arch, pretrained
        self.num_frames, self.with_cp, self.out = num_frames, with_cp, out
        self.reference = MODELS.build(reference or dict(type='ContextTokens'))
        self.injection = MODELS.build(injection or dict(type='TokenInjection'))
        if local_global_bias and not self.reference.takes_bias:
            raise ValueError(
                f'{type(self.reference).__name__} has no local tokens for a '
                'bias: set local_global_bias=False in the backbone')
        self._take_over(
            vision_tower(clip_config(arch, pretrained)), local_global_bias)
        if pos_embed == 'joint':
            self.positional_embedding = nn.Parameter(
                self.positional_embedding.detach().repeat(num_frames, 1, 1))
        self._resized: Set[Tuple[int, int]] = set()
        self._given_context_layers = context_layers is not None
        self._set_context_layers(context_layers or ())

    def _set_context_layers(self, layers: Sequence[int]) -> None:
        """Sets the layers whose context tokens are returned."""
        self.context_layers = layer_indices(layers,
                                            len(self.transformer.resblocks),
                                            'context_layers')

    def join(self, recognizer: BaseRecognizer, cls_head: nn.Module) -> None:
        """Chooses outputs that the neck or head reads, unless they are set.

        Args:
            recognizer: the recognizer that gets this backbone.
            cls_head: its head.

        Raises:
            ValueError: this backbone does not work with them; the message
                says what to write.
        """
        if isinstance(recognizer, Recognizer2D):
            raise ValueError(_NO_2D)
        context_layers = getattr(cls_head, 'context_layers', None)
        if context_layers is not None:
            if not self._given_context_layers:
                self._set_context_layers(context_layers)
        if self.out is not None:
            return
        if recognizer.with_neck:
            if isinstance(recognizer.neck, TPN):
                raise ValueError(_NO_TPN)
            self.out = 'frames'
        elif context_layers is not None:
            self.out = 'tuple'
        else:
            self.out = form_for(cls_head, self.embed_dim)

    @property
    def gives_context(self) -> bool:
        """Whether outputs hold context tokens."""
        return self.out in (None, *_WITH_CONTEXT)

    def _take_over(self, tower: Any, bias: bool) -> None:
        """Takes over the layers of a CLIP tower; their names stay the same."""
        self.image_size, self.grid_size = tower.image_size, tower.grid_size
        self.embed_dim = tower.output_dim
        self.class_embedding = tower.class_embedding
        self.positional_embedding = tower.positional_embedding
        self.proj = tower.proj
        self.conv1, self.ln_pre = tower.conv1, tower.ln_pre
        self.transformer, self.ln_post = tower.transformer, tower.ln_post
        self.transformer.resblocks = nn.ModuleList(
            ReferenceBlock(block, bias and self.reference.has_references(i))
            for i, block in enumerate(tower.transformer.resblocks, 1))

    def init_weights(self,
                     clip: Optional[Mapping[str, Tensor]] = None) -> None:
        """Loads the CLIP weights that ``pretrained`` names.

        Args:
            clip: state dict of these weights, if it is loaded already.
        """
        super().init_weights()
        if self.pretrained:
            clip = clip or load_clip(self.arch, self.pretrained)
            load_into(
                self,
                vision_weights(clip),
                name=f'image tower from {self.pretrained}',
                optional=('local_global_bias', ))

    def embed(self, x: Tensor) -> Tensor:
        """Turns clips ``(B, 3, T, H, W)`` into tokens ``(B, T, N, D)``."""
        if x.dim() != 5:
            raise ValueError(f'A batch has the shape {tuple(x.shape)}: '
                             f'{_NO_2D}')
        frames = x.shape[2]
        # (B, 3, T, H, W) -> (B * T, 3, H, W) -> (B * T, D, h, w)
        patches = self.conv1(x.transpose(1, 2).flatten(0, 1))
        positions = self._positions(frames, patches.shape[-2:])
        patches = patches.flatten(2).transpose(1, 2)  # (B * T, N - 1, D)
        cls = self.class_embedding.to(patches.dtype).expand(
            len(patches), 1, -1)
        tokens = torch.cat((cls, patches), 1)  # (B * T, N, D)
        tokens = tokens.unflatten(0, (-1, frames))  # (B, T, N, D)
        # positions: (N, D) for all frames, or (T, N, D) per frame
        return self.ln_pre(tokens + positions)

    def _positions(self, frames: int, grid: Sequence[int]) -> Tensor:
        """Returns positions ``(N, D)``, or ``(T, N, D)`` for each frame.

        Args:
            frames: frames of a clip, T.
            grid: patches of a frame ``(h, w)``, whose product is N - 1.
        """
        positions = self.positional_embedding
        if positions.dim() == 3 and len(positions) != frames:
            raise ValueError(
                f"A clip has {frames} frames, but pos_embed='joint' holds "
                f'positions for {len(positions)}: sample as many frames')
        height, width = map(int, grid)  # tensors while a graph is traced
        if (height, width) == self.grid_size:
            return positions
        if (height, width) not in self._resized:
            self._resized.add((height, width))
            print_log(
                f'Frames have {height} x {width} patches, but the tower was '
                'made for {} x {}: positions are interpolated.'.format(
                    *self.grid_size),
                logger='current',
                level=logging.WARNING)
        return resize_positions(positions, self.grid_size, (height, width))

    def _apply_block(self, block: ReferenceBlock, tokens: Tensor,
                     task: LayerTask) -> Tuple[Tensor, Optional[Context]]:
        """Applies a block; gradients recompute it where ``with_cp`` asks."""
        parts = self.reference, self.injection
        if self.with_cp and torch.is_grad_enabled():
            return checkpoint(block, tokens, *parts, task, use_reentrant=False)
        return block(tokens, *parts, task)

    def project(self, tokens: Tensor) -> Tensor:
        """Brings tokens ``(..., D)`` into CLIP's joint space ``(..., E)``."""
        return self.ln_post(tokens) @ self.proj

    def encode_frames(self, x: Tensor) -> TowerFeatures:
        """Encodes the frames of clips.

        Args:
            x: normalised clips ``(B, 3, T, H, W)``, B counting views too.

        Returns:
            The frame features ``(B, T, E)``, not normalised, and the context
            tokens ``(B, P, k, E)`` of the P ``context_layers``. A temporal
            model that makes no context tokens gives the T frame features of
            these layers instead.
        """
        tokens = self.embed(x)  # (B, T, N, D)
        context: Optional[Tensor] = None
        returned = []
        depth = len(self.transformer.resblocks)
        for i, block in enumerate(self.transformer.resblocks, 1):
            # only the text side reads context tokens of the last layer
            make_context = i < depth or i in self.context_layers
            task = LayerTask(i, context, make_context, cls_only=i == depth)
            tokens, new_context = self._apply_block(block, tokens, task)
            context = None if new_context is None else new_context.tokens
            if i in self.context_layers:
                frames = tokens[:, :, 0]  # (B, T, D)
                returned.append(
                    self.project(frames if context is None else context))
        frames = self.project(tokens[:, :, 0])  # (B, T, E)
        if returned:
            return TowerFeatures(frames, torch.stack(returned, 1))
        none = frames.new_empty(len(frames), 0, 0, self.embed_dim)
        return TowerFeatures(frames, none)

    def forward(self, x: Tensor) -> Any:
        """Encodes clips.

        Args:
            x: normalised clips ``(B, 3, T, H, W)``, B counting views too. For
                frames of another size than that of ``arch``, positions are
                interpolated.

        Returns:
            The video feature ``(B, E)``, the mean over frames and not
            normalised, and the context tokens ``(B, P, k, E)``, see
            :meth:`encode_frames`. With ``out='frames'`` the frame features
            ``(B, T, E)`` in place of their mean, with a key of :data:`FORMS`
            the mean alone.
        """
        frames = self.encode_frames(x)
        if self.out == 'frames':
            return frames
        pooled = mean_over_frames(frames)
        if self.out in (None, 'tuple'):
            return pooled
        return FORMS[self.out](pooled.feature)
