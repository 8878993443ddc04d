"""Base of heads that score videos by class texts."""
import math
from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

import torch
import torch.nn.functional as F
from mmaction.models.heads import BaseHead
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmaction.utils import SampleList
from mmengine.dist import get_world_size
from torch import Tensor, nn

from ...clip.weights import load_clip, load_into, text_weights
from ..precision import at_least_float32
from ..text.class_texts import ClassTokens, Names
from ..text.text_bank import TextBank
from .contrast import hard_labels
from .head_inputs import Features


class Compared(NamedTuple):
    """What a training step compares.

    Attributes:
        video: unit features of videos ``(B, E)``, or of frames ``(B, T, E)``.
        text: unit features of texts ``(B or 1, K, E)``.
        texts: numbers of the texts that ``contrast`` chose ``(S, K)``; None:
            all classes.
        tokens: texts that the videos bring, which ``texts`` then numbers;
            None: the class texts.
    """
    video: Tensor
    text: Tensor
    texts: Optional[Tensor]
    tokens: Optional[ClassTokens] = None


class ClassTextHead(TextBank, BaseHead):
    """Compares videos with class texts, and has MMAction2's losses.

    Args:
        class_names: the names, or a .txt, .csv or .json file of them.
        aggregate: config of the module that turns several texts of a class
            into one score; by default :class:`MeanOfWordings`, CLIP's prompt
            ensemble.
        similarity: config of the module that compares videos and texts; by
            default :class:`CosineSimilarity`.
        contrast: config of a module that chooses which texts videos are
            compared with in training, such as :class:`SampledClasses`. None:
            with all classes.
        train_scale: factor of similarities in training; None learns it, as
            ``exp(logit_scale)``.
        init_scale: value that a learned factor starts from; None: CLIP's.
        test_scale: factor in evaluation; None takes ``exp(logit_scale)``.
        logit_bias: start of a learned value that is added to all logits, for a
            loss that judges each class by itself, such as BCELossWithLogits.
            It does not change a softmax. CLIP's logits are near 30 for a text
            that fits and 20 for another one. None: no bias.
        in_channels: channels of the video feature; None selects CLIP's joint
            width.
        average_clips: what the scores of a video's views are: the mean of
            their ``'prob'`` or ``'score'``, or None for the score of each
            view.
        **kwargs: options of :class:`TextBank`, for the texts, and of
            MMAction2's BaseHead; ``num_classes`` follows from the names.

    Raises:
        ValueError: an option has no meaning, or not beside another one.
    """

    def __init__(self,
                 class_names: Names,
                 aggregate: Optional[dict] = None,
                 similarity: Optional[dict] = None,
                 contrast: Optional[dict] = None,
                 train_scale: Optional[float] = None,
                 init_scale: Optional[float] = None,
                 test_scale: Optional[float] = None,
                 logit_bias: Optional[float] = None,
                 in_channels: Optional[int] = None,
                 average_clips: Optional[str] = 'prob',
                 **kwargs: Any) -> None:
        if 'num_classes' in kwargs:
            raise ValueError('num_classes follows from class_names: remove it '
                             'from the head (or inherit with _delete_=True)')
        # the names set the number of classes
        super().__init__(
            class_names=class_names,
            num_classes=0,
            in_channels=in_channels,
            average_clips=average_clips,
            **kwargs)
        self.in_channels = in_channels or self.embed_dim
        if init_scale is not None and init_scale <= 0:
            raise ValueError(f'init_scale={init_scale} must be above 0')
        self.init_scale = init_scale
        # CLIP's training starts with this temperature, 0.07
        self.logit_scale = nn.Parameter(
            torch.tensor(math.log(init_scale or 1 / 0.07)))
        self.train_scale, self.test_scale = train_scale, test_scale
        self.logit_bias = None if logit_bias is None else nn.Parameter(
            torch.tensor(float(logit_bias)))
        self.aggregate = MODELS.build(aggregate or dict(type='MeanOfWordings'))
        self.similarity = MODELS.build(
            similarity or dict(type='CosineSimilarity'))
        self.contrast: Any = MODELS.build(contrast) if contrast else None
        if contrast and self.label_smooth_eps:
            raise ValueError('label_smooth_eps smooths labels over all '
                             'classes: it must be 0 with contrast')

    def init_weights(self,
                     clip: Optional[Mapping[str, Tensor]] = None) -> None:
        """Loads CLIP's text tower, then initialises prompts from it.

        Args:
            clip: state dict of CLIP, if it is loaded already.
        """
        if self.pretrained:
            clip = clip or load_clip(self.arch, self.pretrained)
            load_into(
                self.text_encoder,
                text_weights(clip),
                name=f'text tower from {self.pretrained}')
            if self.init_scale is None:
                with torch.no_grad():
                    self.logit_scale.copy_(clip['logit_scale'])
        self._init_prompts()
        super().init_weights()
        self.forget_text()

    @property
    def scale(self) -> Any:
        """Factor of similarities, in the present mode."""
        fixed = self.train_scale if self.training else self.test_scale
        return self.logit_scale.exp() if fixed is None else fixed

    @property
    def uses_context(self) -> bool:
        """Whether texts depend on the context tokens of videos."""
        raise NotImplementedError

    def encode_text(self,
                    context: Optional[Tensor] = None,
                    texts: Optional[Tensor] = None,
                    tokens: Optional[ClassTokens] = None) -> Tensor:
        """Encodes the class texts.

        Args:
            context: context tokens of videos, for heads that use them.
            texts: numbers of S texts of K classes ``(S, K)``, see
                :meth:`TextBank.encode_texts`; None: of all classes.
            tokens: other texts that ``texts`` numbers.

        Returns:
            ``(B or 1, K, E)``, not normalised: what ``aggregate`` returns.
        """
        raise NotImplementedError

    def encode_video(self,
                     x: Features,
                     num_segs: int = 1) -> Tuple[Tensor, Optional[Tensor]]:
        """Returns unit video features ``(B, E)`` and their context tokens.

        Args:
            x: output of the backbone or neck.
            num_segs: segments of a video for image backbones.
        """
        raise NotImplementedError

    def unit_features(self,
                      x: Features,
                      num_segs: int = 1) -> Tuple[Tensor, Tensor]:
        """Computes the unit features of videos and class texts.

        Args:
            x: output of the backbone or neck.
            num_segs: segments of a video for image backbones.

        Returns:
            Videos ``(B, E)``, or frames ``(B, T, E)`` if the backbone gives
            frames, and texts ``(B or 1, K, E)``, all of unit length.
        """
        video, context = self.encode_video(x, num_segs)
        return video, F.normalize(self.encode_text(context), dim=-1)

    def compare(self,
                video: Tensor,
                text: Tensor,
                num_classes: Optional[int] = None) -> Tensor:
        """Returns logits ``(B, C)``, in float32 under autocast too.

        Args:
            video: unit features of videos ``(B, E)``, or of their frames ``(B,
                T, E)``.
            text: unit features of the texts that ``aggregate`` returned ``(B
                or 1, ..., K, E)``.
            num_classes: C; None: all classes.
        """
        similarity = self.similarity(video, text)  # (B, K)
        # In half precision, logits near 30 would be multiples of 1/8 or 1/64;
        # MMAction2 measures accuracy by numpy, which has no bfloat16.
        logits = self.scale * at_least_float32(similarity)
        logits = self.aggregate.class_logits(logits, num_classes
                                             or self.num_classes)
        return logits if self.logit_bias is None else logits + self.logit_bias

    def loss(self, feats: Features, data_samples: SampleList,
             **kwargs: Any) -> Dict[str, Tensor]:
        """Computes the losses of a batch.

        With ``contrast``, the loss is over the texts that it chooses; there
        are top-k accuracies, among these, where they stand for classes.

        Args:
            feats: output of the backbone or neck.
            data_samples: B samples with their labels.
            **kwargs: passed on by the recognizer, see ``forward``.

        Raises:
            ValueError: labels are mixed, which ``contrast`` cannot use.
        """
        if self.contrast is None:
            return super().loss(feats, data_samples, **kwargs)
        compared = self.encode_batch(feats, data_samples,
                                     kwargs.get('num_segs', 1))
        return self.loss_of(compared, data_samples)

    def encode_batch(self,
                     x: Features,
                     data_samples: SampleList,
                     num_segs: int = 1) -> Compared:
        """Computes what a training step compares.

        Args:
            x: output of the backbone or neck.
            data_samples: B samples with their labels.
            num_segs: segments of a video for image backbones.

        Raises:
            ValueError: see :meth:`loss`.
        """
        texts, tokens = None, None
        if self.contrast is not None:
            texts, tokens = self._choose_texts(data_samples)
        video, context = self.encode_video(x, num_segs)
        text = F.normalize(self.encode_text(context, texts, tokens), dim=-1)
        return Compared(video, text, texts, tokens)

    def _choose_texts(
            self,
            data_samples: SampleList) -> Tuple[Tensor, Optional[ClassTokens]]:
        """Returns numbers of texts ``(S, K)``, and texts of the videos."""
        self._check_contrast()
        labels = hard_labels(data_samples)
        own = self.contrast.texts_of(data_samples)
        if own is None:
            # (S, K), or (1, K) if each video has one text
            return self.contrast.choose(labels, self.num_wordings,
                                        self.num_classes), None
        label_of_text = labels.repeat_interleave(len(own) // len(labels))
        return torch.arange(len(own))[None], self.tokenize(
            own, label_of_text.tolist())

    def loss_of(self, compared: Compared,
                data_samples: SampleList) -> Dict[str, Tensor]:
        """Computes the losses of features.

        Args:
            compared: output of :meth:`encode_batch`.
            data_samples: B samples with their labels.
        """
        video, text, texts, _ = compared
        if texts is None:
            return self.loss_by_feat(self.compare(video, text), data_samples)
        labels = hard_labels(data_samples)  # (B, )
        video, text, target = self.contrast.pair(video, text, labels, texts)
        pairs = target.dim() == 2
        logits = self.compare(video, text,
                              len(target) if pairs else texts.shape[1])
        target = target.to(logits.device)
        if pairs:
            return dict(loss_cls=self.loss_cls(logits, target))
        samples = [ActionDataSample().set_gt_label(t) for t in target]
        return self.loss_by_feat(logits, samples)

    def _check_contrast(self) -> None:
        """Raises a ValueError if other processes cannot use our texts."""
        if (self.contrast.across_processes and self.uses_context
                and get_world_size() > 1):
            raise ValueError(
                f'{type(self.contrast).__name__} compares videos with texts '
                'of other processes, which must not depend on videos: set '
                'prompt_layers=[] and fusion=None, or use one process')
