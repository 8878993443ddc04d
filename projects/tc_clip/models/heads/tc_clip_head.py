"""The text side of TC-CLIP as an MMAction2 head."""
from typing import Any, List, Mapping, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.registry import MODELS
from torch import Tensor, nn

from ...clip.towers import layer_indices
from ..backbones import TCCLIPViT
from ..joining import JoiningPart
from ..text.class_texts import Names
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
            the recognizer's backbone gives no context tokens.
        prompting: config of the module that conditions the prompts.
        fusion: config of a module by which class texts attend, after the text
            tower, to the context tokens of the last of those layers (of the
            last layer if there are none). None: no such module.
        similarity: config of the module that compares videos and texts; by
            default :class:`CosineSimilarity`.
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
                 similarity: Optional[dict] = None,
                 detach_context: bool = True,
                 in_channels: Optional[int] = None,
                 **kwargs: Any) -> None:
        super().__init__(class_names, in_channels=in_channels, **kwargs)
        self.detach_context = detach_context
        width = self.embed_dim
        self._finds_channels = in_channels is None
        self._finds_prompt_layers = prompt_layers is None
        self._project_from(self.in_channels)
        layers = (-1, ) if prompt_layers is None else prompt_layers
        self._make_prompting(layers, prompting, width)
        self.similarity = MODELS.build(
            similarity or dict(type='CosineSimilarity'))
        self.fusion = MODELS.build(dict(fusion, channels=width)) \
            if fusion else None
        # layers of the vision tower whose context tokens this head reads
        self.context_layers = tuple(layers or (-1, ) * bool(fusion))

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

    def encode_text(self, context: Optional[Tensor] = None) -> Tensor:
        """Encodes the class texts.

        Args:
            context: context tokens ``(B, P, k, E)``, one set for each of the P
                ``prompt_layers``; one set for fusion alone. Not needed without
                prompt layers and fusion.

        Returns:
            ``(B, K, E)``, or ``(1, K, E)`` without prompt layers; not
            normalised. K = C, or the number of texts that ``aggregate``
            returns.

        Raises:
            ValueError: the context tokens do not fit the prompt layers.
        """
        context = self._check_context(context)

        def condition(block: int, prefix: Tensor) -> Tensor:
            if (context is None or self.prompting is None
                    or block not in self.prompt_layers):
                return prefix
            i = self.prompt_layers.index(block)
            # prompts without SOS (B or 1, n, D), context tokens (B, k, E)
            prompts = self.prompting(prefix[:, 1:], context[:, i], i)
            sos = prefix[:, :1].expand(len(prompts), -1, -1)  # (B, 1, D)
            return torch.cat((sos, prompts), 1)  # (B, S, D)

        texts = [
            self.text_encoder.tail(state, self.first_video_block, condition)
            for state in self.text_before_video()
        ]
        # (b, texts, E) -> (b, S * C, E), one wording after the other
        features = torch.cat(texts, 1)[:, self.text_of_class]
        if self.fusion is not None and context is not None:
            # features of all texts attend to the last layer's (B, k, E)
            features = self.fusion(features, context[:, -1])
        # (b, S * C, E) -> (b, S, C, E) -> (b, K, E)
        return self.aggregate(features.unflatten(1, (-1, self.num_classes)))

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

    def unit_features(self,
                      x: Features,
                      num_segs: int = 1) -> Tuple[Tensor, Tensor]:
        """Computes the unit features of videos and class texts.

        Args:
            x: see :meth:`forward`.
            num_segs: see :meth:`forward`.

        Returns:
            Videos ``(B, E)``, or frames ``(B, T, E)`` if the backbone gives
            frames, and texts ``(B or 1, K, E)``, all of unit length.
        """
        # (B, E) or (B, T, E), and (B, P, k, E) or None
        feature, context = split_features(x, num_segs)
        if feature.shape[-1] != self.in_channels:
            raise ValueError(
                f'The backbone gives {feature.shape[-1]} channels '
                f'and the head expects in_channels='
                f'{self.in_channels}: set in_channels')
        return (F.normalize(self.project(feature), dim=-1),
                F.normalize(self.encode_text(context), dim=-1))

    def compare(self, video: Tensor, text: Tensor) -> Tensor:
        """Returns the logits of :meth:`unit_features`, ``(B, C)``."""
        # (B, K), for K texts that `aggregate` gave
        logits = self.logit_scale.exp() * self.similarity(video, text)
        return self.aggregate.class_logits(logits)

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
            Logits ``(B, C)``: similarities times ``exp(logit_scale)``.
        """
        return self.compare(*self.unit_features(x, num_segs))
