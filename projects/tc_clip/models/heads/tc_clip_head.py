"""The text side of TC-CLIP as an MMAction2 head."""
from functools import partial
from typing import Any, List, Mapping, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.registry import MODELS
from torch import Tensor, nn

from ...clip.towers import layer_indices
from ..backbones import TCCLIPViT
from ..joining import JoiningPart
from ..text.class_texts import ClassTokens, Names
from .class_text_head import ClassTextHead
from .head_inputs import Features, feature_width, split_features


@MODELS.register_module()
class TCCLIPHead(JoiningPart, ClassTextHead):
    """Scores videos by the cosine to the text features of class names.

    With TCCLIPViT, prompts are conditioned on each video's context tokens
    (slides, "Video-conditional Prompting"). Any other backbone of MMAction2
    gives its feature alone; then all videos have the same prompts.

    Args:
        class_names: the names, or a .txt, .csv or .json file of them.
        prompt_layers: text blocks before which prompts are conditioned on the
            video; 1-based, -1 is the last. Default: the last, or none where
            the recognizer's backbone gives no context tokens, or where prompts
            are parts of single class texts.
        prompting: config of the module that conditions the prompts.
        fusion: config of a module by which class texts attend, after the text
            tower, to the context tokens of the last of those layers (of the
            last layer if there are none). None: no such module.
        detach_context: whether to stop gradients of the text side at the
            context tokens.
        in_channels: channels of the video feature; if they differ from CLIP's
            joint width, a linear projection is learned. Default: what the
            recognizer's backbone and neck give.
        **kwargs: options of :class:`ClassTextHead`, for the texts, and of
            MMAction2's BaseHead.

    Example:
        >>> head = TCCLIPHead(['running', 'jumping'], prompt_layers=[])
        >>> head(torch.rand(4, 512)).shape  # (4, 2)
    """

    def __init__(self,
                 class_names: Names,
                 prompt_layers: Optional[Sequence[int]] = None,
                 prompting: Optional[dict] = None,
                 fusion: Optional[dict] = None,
                 detach_context: bool = True,
                 in_channels: Optional[int] = None,
                 **kwargs: Any) -> None:
        super().__init__(class_names, in_channels=in_channels, **kwargs)
        self.detach_context = detach_context
        width = self.embed_dim
        self._finds_channels = in_channels is None
        self._finds_prompt_layers = prompt_layers is None
        self._project_from(self.in_channels)
        # learned vectors, but none of them before all class names
        unshared = (
            self.prompt_vectors is not None
            and self.prompts.num_positions == 1)
        if prompt_layers and unshared:
            raise ValueError(
                'prompt_layers need prompts that all classes share, but '
                f'{type(self.prompts).__name__} puts them into single class '
                'texts: set prompt_layers=[], or another prompt learner')
        if prompt_layers is None:
            prompt_layers = [] if unshared else [-1]
        self._make_prompting(prompt_layers, prompting, width)
        self.fusion = MODELS.build(dict(fusion, channels=width)) \
            if fusion else None
        # layers of the vision tower whose context tokens this head reads
        self.context_layers = tuple(prompt_layers or (-1, ) * bool(fusion))

    def _project_from(self, channels: int) -> None:
        """Sets the channels of the video feature."""
        self.in_channels = channels
        self.project: nn.Module = nn.Identity()
        if channels != self.embed_dim:
            self.project = nn.Linear(channels, self.embed_dim, bias=False)

    def join(self, recognizer: BaseRecognizer, cls_head: nn.Module) -> None:
        """Takes channels and prompt layers from the backbone, unless set.

        Args:
            recognizer: the recognizer that gets this head.
            cls_head: this head.

        Raises:
            ValueError: the output of the backbone is of another kind, or
                nothing can be learned about it.
        """
        backbone = recognizer.backbone
        is_tower = isinstance(backbone, TCCLIPViT)
        if self._finds_prompt_layers and not (is_tower
                                              and backbone.gives_context):
            self._make_prompting((), None, self.embed_dim)
            self.context_layers = ()
        if self._finds_channels:
            self._project_from(
                backbone.embed_dim if is_tower else feature_width(recognizer))

    def _make_prompting(self, layers: Sequence[int], prompting: Optional[dict],
                        width: int) -> None:
        """Builds the module that conditions prompts on the video."""
        self.prompt_layers = layer_indices(layers, self.text_encoder.depth,
                                           'prompt_layers')
        self.prompting: Any = None
        if self.prompt_layers:
            self.prompting = MODELS.build(
                dict(
                    prompting or dict(type='VideoConditionalPrompting'),
                    blocks=self._prompted_blocks(),
                    in_channels=width))

    def _prompted_blocks(self) -> List[Any]:
        """Returns the text blocks before which prompts are conditioned."""
        blocks = self.text_encoder.transformer.resblocks
        return [blocks[i - 1] for i in self.prompt_layers]

    def init_weights(self,
                     clip: Optional[Mapping[str, Tensor]] = None) -> None:
        """Loads CLIP's text tower; prompts and prompting start from it.

        Args:
            clip: state dict of CLIP, if it is loaded already.
        """
        super().init_weights(clip)
        if self.prompting is not None:
            self.prompting.start_from(self._prompted_blocks())

    @property
    def first_video_block(self) -> int:
        """First text block with conditioned prompts, 1-based, or the last."""
        return (self.prompt_layers or [self.text_encoder.depth])[0]

    @property
    def sees_videos(self) -> bool:
        """Whether a text block sees the video."""
        return self.prompting is not None

    @property
    def uses_context(self) -> bool:
        """Whether texts depend on the context tokens of videos."""
        return self.sees_videos or self.fusion is not None

    def encode_text(self,
                    context: Optional[Tensor] = None,
                    texts: Optional[Tensor] = None,
                    tokens: Optional[ClassTokens] = None) -> Tensor:
        """Encodes the class texts, for each video if they see videos.

        Args:
            context: context tokens ``(B, P, k, E)``, one set for each of the P
                ``prompt_layers``; one set for fusion alone.
            texts: see :meth:`ClassTextHead.encode_text`.
            tokens: see :meth:`ClassTextHead.encode_text`.

        Returns:
            ``(B, K, E)``, or ``(1, K, E)`` without prompt layers and fusion;
            not normalised. K = C, or what ``aggregate`` returns.

        Raises:
            ValueError: the context tokens do not fit the prompt layers.
        """
        context = self._check_context(context)
        condition = None if context is None or not self.sees_videos \
            else partial(self._condition, context)
        # (b, S * C, E), one template or wording after the other
        features = self.encode_texts(
            None if texts is None else texts.flatten(), condition, tokens)
        if self.fusion is not None and context is not None:
            # features of all texts attend to the last layer's (B, k, E)
            features = self.fusion(features, context[:, -1])
        classes = self.num_classes if texts is None else texts.shape[1]
        # (b, S * C, E) -> (b, S, C, E) -> (b, K, E)
        return self.aggregate(features.unflatten(1, (-1, classes)))

    def _condition(self, context: Tensor, block: int,
                   prefix: Tensor) -> Tensor:
        """Conditions the prompts of a block's prefix ``(B or 1, S, D)``."""
        prefix = self._before_block(block, prefix)
        if block not in self.prompt_layers:
            return prefix
        i = self.prompt_layers.index(block)
        # prompts without SOS (B or 1, n, D), context tokens (B, k, E)
        prompts = self.prompting(prefix[:, 1:], context[:, i], i)
        sos = prefix[:, :1].expand(len(prompts), -1, -1)  # (B, 1, D)
        return torch.cat((sos, prompts), 1)  # (B, S, D)

    def _check_context(self, context: Optional[Tensor]) -> Optional[Tensor]:
        """Checks the context tokens, and detaches them if asked to."""
        # fusion alone reads one layer's context tokens
        wanted = len(self.prompt_layers) or int(self.fusion is not None)
        if not wanted:
            return None
        given = 0 if context is None else context.shape[1]
        if context is None or given != wanted:
            raise ValueError(
                f'{wanted} prompt_layers need context tokens of as many '
                f'vision layers, but the backbone gave {given}: set its '
                'context_layers, or prompt_layers=[] and fusion=None for '
                'texts that do not see the video')
        return context.detach() if self.detach_context else context

    def encode_video(self,
                     x: Features,
                     num_segs: int = 1) -> Tuple[Tensor, Optional[Tensor]]:
        """Returns unit features, ``(B, E)`` or ``(B, T, E)``, and context.

        Args:
            x: see :meth:`forward`.
            num_segs: see :meth:`forward`.

        Raises:
            ValueError: the features have another number of channels.
        """
        feature, context = split_features(x, num_segs)
        if feature.shape[-1] != self.in_channels:
            raise ValueError(
                f'The backbone gives {feature.shape[-1]} channels '
                f'and the head expects in_channels='
                f'{self.in_channels}: set in_channels')
        return F.normalize(self.project(feature), dim=-1), context

    def forward(self, x: Features, num_segs: int = 1, **kwargs: Any) -> Tensor:
        """Scores videos.

        Args:
            x: video feature ``(B, E)``, or frames ``(B, T, E)``, and context
                tokens ``(B, P, k, E)`` of TCCLIPViT; or the feature of
                another backbone ``(B * num_segs, C)``, with positions
                ``(B * num_segs, C, ...)``.
            num_segs: segments of a video for image backbones.
            **kwargs: not used; MMAction2 passes them to heads.

        Returns:
            Logits ``(B, C)``: similarities times ``exp(logit_scale)`` or a
            fixed scale.
        """
        return self.compare(*self.unit_features(x, num_segs))
