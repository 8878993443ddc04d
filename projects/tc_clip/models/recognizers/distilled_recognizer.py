"""A recognizer that learns beside a frozen CLIP."""
import copy
from typing import Any, Dict, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmaction.utils import SampleList
from torch import Tensor

from ..heads import ClassTextHead
from ..text.class_texts import ClassTokens, Names
from ..text.descriptors import Descriptors
from .tc_clip_recognizer import TCCLIPRecognizer, has_class_texts


def teacher_config(backbone: dict, cls_head: dict) -> Dict[str, Any]:
    """Returns the config of CLIP, frame by frame, for a student.

    Args:
        backbone: config of the student's TCCLIPViT.
        cls_head: config of the student's head, whose texts are the same.
    """
    shared = ('type', 'arch', 'pretrained', 'num_frames')
    tower = {key: backbone[key] for key in shared if key in backbone}
    return dict(
        type='TCCLIPRecognizer',
        backbone=dict(tower, reference=dict(type='FrameWise'), out='frames'),
        cls_head=dict(cls_head, prompt_layers=[], fusion=None, contrast=None))


@MODELS.register_module()
class DistilledRecognizer(TCCLIPRecognizer):
    """TCCLIPRecognizer whose features stay near those of CLIP (FROSTER).

    The teacher is the CLIP that ``pretrained`` names, without a temporal
    model and without gradients. It gets the frames of each training step, and
    the texts that the student's head chose. Its class texts are encoded once.
    It is on the CPU until the first step, and unused in a test.

    Args:
        backbone: config of TCCLIPViT with ``out='frames'``.
        cls_head: config of a head with class names, whose texts do not depend
            on videos.
        distillation: config of the loss between student and teacher.
        save_teacher: whether the teacher is a part of checkpoints, as in
            official ones, which then have to hold it when they are loaded.
        **kwargs: options of :class:`TCCLIPRecognizer`.

    Raises:
        ValueError: the head has no class names, or its texts depend on videos.
    """

    teacher: TCCLIPRecognizer

    def __init__(self,
                 backbone: dict,
                 cls_head: dict,
                 distillation: Optional[dict] = None,
                 save_teacher: bool = False,
                 **kwargs: Any) -> None:
        if not has_class_texts(cls_head):
            raise ValueError(
                'DistilledRecognizer compares features of class texts: '
                "cls_head needs them, as type='TCCLIPHead' has")
        super().__init__(backbone, cls_head, **kwargs)
        head: ClassTextHead = self.cls_head
        if head.uses_context:
            raise ValueError(
                'The texts of the teacher are the same for all videos: set '
                'prompt_layers=[] and fusion=None in cls_head')
        self.distillation = MODELS.build(
            dict(
                distillation or dict(type='ResidualDistillation'),
                channels=head.embed_dim))
        teacher = MODELS.build(
            teacher_config(*copy.deepcopy((backbone, cls_head))))
        teacher.is_checked_as_part = True
        teacher.requires_grad_(False).eval()
        self._has_teacher = save_teacher
        if save_teacher:
            self.teacher = teacher
        else:  # not registered: no part of the state dict
            object.__setattr__(self, 'teacher', teacher)

    def init_weights(self) -> None:
        """Initialises student and teacher from CLIP.

        Raises:
            ValueError: no CLIP is named, and the teacher would be random.
        """
        if not (self._has_teacher or self.backbone.pretrained):
            raise ValueError(
                'The teacher is the CLIP that pretrained of the backbone '
                "names, but it is None: set it, for example to 'openai'")
        super().init_weights()
        if not self._has_teacher:  # else it is one of the parts
            self.teacher.init_weights()

    def train(self, mode: bool = True) -> 'DistilledRecognizer':
        """Sets the mode of the student; the teacher only evaluates."""
        super().train(mode)
        if self._has_teacher:
            self.teacher.eval()
        return self

    def set_classes(self,
                    names: Names,
                    wordings: Sequence[str] = (),
                    descriptors: Optional[Descriptors] = None) -> None:
        """Replaces the classes of student and teacher.

        Args:
            names: see :class:`TCCLIPRecognizer`.
            wordings: see :class:`TCCLIPRecognizer`.
            descriptors: see :class:`TCCLIPRecognizer`.
        """
        super().set_classes(names, wordings, descriptors)
        self.teacher.set_classes(names, wordings, descriptors)

    @torch.no_grad()
    def encode_by_teacher(
            self,
            inputs: Tensor,
            data_samples: SampleList,
            texts: Optional[Tensor] = None,
            tokens: Optional[ClassTokens] = None) -> Tuple[Tensor, Tensor]:
        """Returns the teacher's unit features.

        Args:
            inputs: clips ``(B, V, 3, T, H, W)``.
            data_samples: B samples.
            texts: numbers of texts ``(S, K)``; None: all, see
                :meth:`ClassTextHead.encode_text`.
            tokens: other texts that ``texts`` numbers.

        Returns:
            Frames ``(B * V, T, E)`` and texts ``(1, K, E)``.
        """
        teacher, weight = self.teacher, self.teacher.backbone.proj
        if (weight.device, weight.dtype) != (inputs.device, inputs.dtype):
            teacher.to(inputs)  # the head forgets its texts
        features, _ = teacher.extract_feat(inputs, data_samples=data_samples)
        frames, _ = teacher.cls_head.encode_video(features)
        text = teacher.cls_head.encode_text(texts=texts, tokens=tokens)
        return frames, F.normalize(text, dim=-1)

    def loss(self, inputs: Tensor, data_samples: SampleList,
             **kwargs: Any) -> Dict[str, Tensor]:
        """Computes the losses of the head and of the distillation.

        Args:
            inputs: clips ``(B, 1, 3, T, H, W)``.
            data_samples: B samples with their labels.
            **kwargs: not used.
        """
        features, _ = self.extract_feat(inputs, data_samples=data_samples)
        compared = self.cls_head.encode_batch(features, data_samples)
        by_teacher = self.encode_by_teacher(inputs, data_samples,
                                            compared.texts, compared.tokens)
        return {
            **self.cls_head.loss_of(compared, data_samples),
            **self.distillation(compared.video, compared.text, *by_teacher)
        }
