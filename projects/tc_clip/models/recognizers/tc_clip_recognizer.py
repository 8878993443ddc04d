"""TC-CLIP as an MMAction2 recognizer."""
import copy
import inspect
from typing import Any, Dict, List, Mapping, Optional, Sequence

from mmaction.models.recognizers import Recognizer3D
from mmaction.registry import MODELS

from ...clip.recognition import convert_in_place
from ...clip.towers import clip_config
from ...clip.weights import load_clip
from ..backbones import TCCLIPViT
from ..freezing import train_only
from ..heads import ClassTextHead
from ..text.class_names import load_class_names
from ..text.class_texts import Names
from ..text.descriptors import Descriptors
from ..whole_weights import WholeWeights


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


def _class_of(config: dict) -> Any:
    """Returns the class that a config names."""
    kind = config['type']
    return MODELS.get(kind) if isinstance(kind, str) else kind


def has_class_texts(cls_head: dict) -> bool:
    """Returns whether the config of a head is that of a ClassTextHead."""
    kind = _class_of(cls_head)
    return isinstance(kind, type) and issubclass(kind, ClassTextHead)


def share_clip(backbone: dict, cls_head: dict) -> None:
    """Copies ``arch`` and ``pretrained`` to a head that does not set them.

    Args:
        backbone: config of a backbone.
        cls_head: config of a head with class names, which are read as well.
    """
    for key in ('arch', 'pretrained'):
        if key in backbone:
            cls_head.setdefault(key, backbone[key])
    cls_head['class_names'] = load_class_names(cls_head['class_names'])


def fit_neck(neck: dict, backbone: dict) -> None:
    """Writes the width and number of frames of TCCLIPViT into a neck's config.

    Args:
        neck: config of a module that pools frames; options that it sets stay.
        backbone: config of a backbone.
    """
    if _class_of(backbone) is not TCCLIPViT:
        return
    tower = inspect.signature(TCCLIPViT).bind(**{
        k: v
        for k, v in backbone.items() if k != 'type'
    })
    tower.apply_defaults()
    options = tower.arguments
    values = dict(
        channels=clip_config(options['arch'])['embed_dim'],
        num_positions=options['num_frames'],
        num_frames=options['num_frames'])
    for name in values.keys() & inspect.signature(_class_of(neck)).parameters:
        neck.setdefault(name, values[name])


def check_views(test_cfg: Optional[Mapping[str, Any]]) -> None:
    """Checks the number of views that a test scores at once.

    Args:
        test_cfg: ``test_cfg`` of a recognizer.

    Raises:
        ValueError: ``max_testing_views`` is not a whole number from 1 on, with
            which Recognizer3D would never end.
    """
    views = (test_cfg or {}).get('max_testing_views')
    if views is not None and not (isinstance(views, int) and views > 0):
        raise ValueError(f'max_testing_views={views} must be a whole number '
                         'from 1 on: leave it out to score all views at once')


def fit_blending(data_preprocessor: dict, cls_head: dict) -> None:
    """Writes the head's number of classes into the config of the blending.

    Args:
        data_preprocessor: config with a blending, which is removed where the
            head has no classes: such a head has no loss.
        cls_head: config of a head.
    """
    classes = len(cls_head.get('class_names',
                               ())) or cls_head.get('num_classes')
    if classes:
        fill_num_classes(data_preprocessor['blending'], classes)
    else:
        data_preprocessor['blending'] = None


@MODELS.register_module()
class TCCLIPRecognizer(WholeWeights, Recognizer3D):
    """Recognizer3D that copies shared settings between its parts.

    A config then states each of them once. Settings that are not set are
    copied:

    - ``arch`` and ``pretrained`` from the backbone to a head with class names,
    - the number of classes to the blending's ``num_classes``; with a head
      that has no classes, such as FeatureHead, nothing is blended,
    - TCCLIPViT's width and number of frames to a neck that has options for
      them.

    CLIP's weights are read once for both towers. Official files of the systems
    load as they are, see :mod:`recognition`. Each part also works in
    MMAction2's Recognizer3D, where a config states both settings twice.

    Args:
        backbone: config of TCCLIPViT or another backbone.
        cls_head: config of TCCLIPHead or another head.
        neck: config of a module that pools frames, such as :class:`FrameMean`;
            without it the backbone averages them.
        data_preprocessor: config of ActionDataPreprocessor.
        partial_weights: whether a checkpoint may lack weights, or hold some
            of another shape, which then stay as they are.
        trainable: names of the parameters that are trained, see
            :func:`train_only`; all others are frozen. None trains all but
            CLIP's token embedding.
        **kwargs: further options of Recognizer3D.
    """

    def __init__(self,
                 backbone: dict,
                 cls_head: dict,
                 neck: Optional[dict] = None,
                 data_preprocessor: Optional[dict] = None,
                 partial_weights: bool = False,
                 trainable: Optional[Sequence[str]] = None,
                 **kwargs: Any) -> None:
        backbone, cls_head, neck, data_preprocessor = copy.deepcopy(
            (backbone, cls_head, neck, data_preprocessor))
        check_views(kwargs.get('test_cfg'))
        if neck:
            fit_neck(neck, backbone)
        if has_class_texts(cls_head):
            share_clip(backbone, cls_head)
        if data_preprocessor and data_preprocessor.get('blending'):
            fit_blending(data_preprocessor, cls_head)
        super().__init__(
            backbone=backbone,
            cls_head=cls_head,
            neck=neck,
            data_preprocessor=data_preprocessor,
            **kwargs)
        self.partial_weights = partial_weights
        for part in (self.backbone, self.cls_head):
            part.partial_weights = partial_weights
            part.is_checked_as_part = True
        if trainable is not None:
            train_only(self, trainable)

    def init_weights(self) -> None:
        """Initialises all parts; CLIP is read once if both towers use it."""
        towers: List[Any] = [
            part for part in (self.backbone, self.cls_head)
            if isinstance(part, (TCCLIPViT, ClassTextHead)) and part.pretrained
        ]
        sources = [(tower.arch, tower.pretrained) for tower in towers]
        if len(towers) == 2 and sources[0] == sources[1]:
            clip = load_clip(*sources[0])
            for tower in towers:
                tower.init_weights(clip)
        super().init_weights()

    def _load_from_state_dict(self, state_dict: Dict[str, Any], prefix: str,
                              *args: Any) -> None:
        """Converts what an official file holds, and loads it."""
        if not prefix and isinstance(self.backbone, TCCLIPViT):
            convert_in_place(state_dict, self.backbone.arch,
                             self.backbone.pretrained)
        super()._load_from_state_dict(state_dict, prefix, *args)

    def set_classes(self,
                    names: Names,
                    wordings: Sequence[str] = (),
                    descriptors: Optional[Descriptors] = None) -> None:
        """Replaces the classes at run time.

        Args:
            names: class names, or a .txt, .csv or .json file of them.
            wordings: other wordings of them, see :class:`ClassTextHead`.
            descriptors: descriptions of them, see :class:`TextBank`.
        """
        self.cls_head.set_classes(names, wordings, descriptors)
        blending = getattr(self.data_preprocessor, 'blending', None)
        for part in (blending, *getattr(blending, 'augments', ())):
            if part is not None:
                part.num_classes = self.cls_head.num_classes
