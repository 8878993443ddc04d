"""The vision tower of TC-CLIP as an MMAction2 backbone."""
from typing import Any, Mapping, Optional, Sequence, Tuple

import torch
from mmaction.models.necks import TPN
from mmaction.models.recognizers import Recognizer2D
from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ...clip.towers import Arch, clip_config, layer_indices, vision_tower
from ...clip.weights import load_clip, load_into, vision_weights
from ..injections import TowerShape
from ..joining import JoiningPart
from ..references.base import Context
from ..tower_features import TowerFeatures, mean_over_frames
from ..whole_weights import WholeWeights
from .frame_embedding import NO_2D, FrameEmbedding
from .reference_block import LayerTask, ReferenceBlock
from .stock_heads import FORMS, form_for

# Weights that CLIP does not have, as regular expressions.
_NOT_OF_CLIP = ('local_global_bias', 'time_embedding', r'conv1\.bias',
                r'^injection\.', r'^patch_context\.')
# Outputs that hold context tokens, which text heads read.
_WITH_CONTEXT = ('tuple', 'frames')
_NO_TPN = ('The neck TPN reads maps of several stages, and TCCLIPViT gives '
           'frame features: write neck=None')


@MODELS.register_module()
class TCCLIPViT(FrameEmbedding, JoiningPart, WholeWeights, BaseModule):
    """CLIP's image tower with a temporal model in every block.

    Args:
        arch: open_clip ViT, by name or as a config.
        num_frames: frames of a clip. Some values of ``pos_embed`` and some
            injections tie the tower to it; otherwise any number runs.
        reference: config of the temporal model, see :mod:`reference_tokens`.
        pos_embed: ``'space'`` adds CLIP's positions to every frame,
            ``'joint'`` learns positions for every frame, starting from CLIP's,
            ``'space+time'`` also adds a learned time embedding to all tokens
            of a frame (Vita-CLIP).
        stretch_time: whether clips of another number of frames have the time
            embedding of the nearest frame, as in Vita-CLIP. False refuses
            them.
        patch_bias: whether the patch embedding has a bias, zero at the start,
            as in checkpoints of Vita-CLIP.
        local_global_bias: whether each head learns a bias that tells own
            tokens from reference tokens.
        context_layers: layers whose context tokens are returned; 1-based,
            -1 is the last. Default: those that the recognizer's head reads.
        patch_context: config of a module that makes the returned context
            tokens from the patches of each of these layers, such as
            :class:`ProjectedPatches`. None: they are the temporal model's.
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

    transformer: Any

    def __init__(self,
                 arch: Arch = 'ViT-B-16',
                 num_frames: int = 16,
                 reference: Optional[dict] = None,
                 pos_embed: str = 'space',
                 stretch_time: bool = False,
                 patch_bias: bool = False,
                 local_global_bias: bool = True,
                 context_layers: Optional[Sequence[int]] = None,
                 patch_context: Optional[dict] = None,
                 pretrained: Optional[str] = None,
                 with_cp: bool = False,
                 out: Optional[str] = None,
                 injection: Optional[dict] = None,
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg=init_cfg)
        if out not in (None, *_WITH_CONTEXT, *FORMS):
            raise ValueError(
                f"out={out!r}: {', '.join((*_WITH_CONTEXT, *FORMS))} or None")
        self.arch, self.pretrained = arch, pretrained
        self.num_frames, self.with_cp, self.out = num_frames, with_cp, out
        self.reference = MODELS.build(reference or dict(type='ContextTokens'))
        if local_global_bias and not self.reference.takes_bias:
            raise ValueError(
                f'{type(self.reference).__name__} has no local tokens for a '
                'bias: set local_global_bias=False in the backbone')
        self._take_over(
            vision_tower(clip_config(arch, pretrained)), local_global_bias,
            patch_bias)
        self.make_positions(pos_embed, stretch_time, num_frames)
        self.injection = MODELS.build(
            dict(
                injection or dict(type='TokenInjection'), tower=self._shape()))
        self.patch_context = MODELS.build(
            dict(
                patch_context, in_channels=self.width,
                channels=self.embed_dim)) if patch_context else None
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
            raise ValueError(NO_2D)
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

    def _shape(self) -> TowerShape:
        """Returns the sizes that injections need."""
        blocks = self.transformer.resblocks
        return TowerShape(self.width, len(blocks), blocks[0].attn.num_heads,
                          self.num_frames, self.conv1.weight[0].numel())

    def _take_over(self, tower: Any, bias: bool, patch_bias: bool) -> None:
        """Takes over the layers of a CLIP tower; their names stay the same."""
        self.take_embedding(tower, patch_bias)
        self.embed_dim = tower.output_dim
        self.proj = tower.proj
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
                optional=_NOT_OF_CLIP)

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

    def _returned(self, tokens: Tensor, context: Optional[Tensor]) -> Tensor:
        """Returns the context tokens ``(B, k, E)`` that a layer gives."""
        if self.patch_context is not None:
            return self.patch_context(tokens[:, :, 1:])
        frames = tokens[:, :, 0]  # (B, T, D)
        return self.project(frames if context is None else context)

    def encode_frames(self, x: Tensor) -> TowerFeatures:
        """Encodes the frames of clips.

        Args:
            x: normalised clips ``(B, 3, T, H, W)``, B counting views too.

        Returns:
            The frame features ``(B, T, E)``, not normalised, and the context
            tokens ``(B, P, k, E)`` of the P ``context_layers``. A temporal
            model that makes no context tokens gives the T frame features of
            these layers instead. ``patch_context``, the same module for all
            layers, gives those of their patches.
        """
        tokens = self.embed(x)  # (B, T, N, D)
        length = tokens.shape[2]
        context: Optional[Tensor] = None
        returned = []
        depth = len(self.transformer.resblocks)
        by_patches = self.patch_context is not None
        for i, block in enumerate(self.transformer.resblocks, 1):
            # what only the text side reads of the last layer
            is_read = i in self.context_layers
            task = LayerTask(
                i,
                context,
                make_context=i < depth or (is_read and not by_patches),
                cls_only=i == depth and not (is_read and by_patches),
                frame_length=length)
            tokens, new_context = self._apply_block(block, tokens, task)
            context = None if new_context is None else new_context.tokens
            if is_read:
                returned.append(self._returned(tokens[:, :, :length], context))
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
