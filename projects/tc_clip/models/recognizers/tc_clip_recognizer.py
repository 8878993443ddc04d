"""TC-CLIP as an MMAction2 recognizer."""
import copy
from typing import Any, Optional, Sequence

from mmaction.models.recognizers import Recognizer3D
from mmaction.registry import MODELS

from ...clip.weights import load_clip
from ..text.class_names import load_class_names
from ..text.class_texts import Names


def fill_num_classes(blending: Any, num_classes: int) -> None:
    """Writes the number of classes into a config of batch blending.

    Args:
        blending: config of one blending, of several, or of a random choice.
        num_classes: value for each ``num_classes`` that is not set.
    """
    blendings = blending if isinstance(blending, (list, tuple)) else [blending]
    for item in blendings:
        if 'augments' in item:
            fill_num_classes(item['augments'], num_classes)
        else:
            item.setdefault('num_classes', num_classes)


def context_layers_of(cls_head: dict) -> Sequence[int]:
    """Returns the vision layers whose context tokens a head reads.

    Args:
        cls_head: config of a TCCLIPHead.
    """
    layers = cls_head.get('prompt_layers', [-1])
    return layers or ([-1] if cls_head.get('fusion') else [])


@MODELS.register_module()
class TCCLIPRecognizer(Recognizer3D):
    """Recognizer3D that copies shared settings between its parts.

    A config then states each of them once. Settings that are not set are
    copied:

    - ``arch`` and ``pretrained`` from the backbone to the head,
    - the head's ``prompt_layers`` to the backbone's ``context_layers``,
    - the number of class names to the blending's ``num_classes``,
    - ``out='frames'`` to the backbone where there is a neck.

    CLIP's weights are read once for both towers.

    Args:
        backbone: config of TCCLIPViT.
        cls_head: config of TCCLIPHead.
        neck: config of a module that pools frames, such as :class:`FrameMean`;
            without it the backbone averages them.
        data_preprocessor: config of ActionDataPreprocessor.
        **kwargs: further options of Recognizer3D.
    """

    def __init__(self,
                 backbone: dict,
                 cls_head: dict,
                 neck: Optional[dict] = None,
                 data_preprocessor: Optional[dict] = None,
                 **kwargs: Any) -> None:
        backbone, cls_head, data_preprocessor = copy.deepcopy(
            (backbone, cls_head, data_preprocessor))
        for key in ('arch', 'pretrained'):
            if key in backbone:
                cls_head.setdefault(key, backbone[key])
        if backbone.get('context_layers') is None:
            backbone['context_layers'] = context_layers_of(cls_head)
        if neck is not None:
            backbone.setdefault('out', 'frames')
        if 'class_names' in cls_head:
            names = load_class_names(cls_head['class_names'])
            cls_head['class_names'] = names
            blending = (data_preprocessor or {}).get('blending')
            if blending:
                fill_num_classes(blending, len(names))
        super().__init__(
            backbone=backbone,
            cls_head=cls_head,
            neck=neck,
            data_preprocessor=data_preprocessor,
            **kwargs)

    def init_weights(self) -> None:
        """Initialises all parts; CLIP is read once if both towers use it."""
        parts = (self.backbone, self.cls_head)
        sources = [(part.arch, part.pretrained) for part in parts]
        if sources[0] == sources[1] and self.backbone.pretrained:
            clip = load_clip(*sources[0])
            for part in parts:
                part.init_weights(clip)
        super().init_weights()

    def set_classes(self, names: Names, wordings: Sequence[str] = ()) -> None:
        """Replaces the classes at run time.

        Args:
            names: class names, or a .txt, .csv or .json file of them.
            wordings: other wordings of them, see :class:`ClassTextHead`.
        """
        self.cls_head.set_classes(names, wordings)
        blending = getattr(self.data_preprocessor, 'blending', None)
        for part in (blending, *getattr(blending, 'augments', ())):
            if part is not None:
                part.num_classes = self.cls_head.num_classes
