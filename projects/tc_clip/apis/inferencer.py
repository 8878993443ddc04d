"""Predicts classes of videos, whole or in spans of time."""
import warnings
from pathlib import Path
from typing import (Any, ContextManager, Dict, Iterator, List, Optional,
                    Sequence, Tuple, Union)

import torch
from mmaction.apis.inferencers import ActionRecogInferencer
from mmaction.registry import INFERENCERS
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.dataset import Compose

from ..datasets.array_reader import Frames, as_video
from ..datasets.safe_decode import BrokenVideoError
from ..models.precision import choose_dtype, computing_in, device_of
from ..models.recognizers.onnx_recognizer import OnnxRecognizer
from ..models.text.class_texts import Names
from ..models.text.descriptors import Descriptors
from ..models.whole_weights import WholeWeights, check_weights
from .checkpoint_configs import config_of
from .loading import (check_class_count, prepare_config, start_from_clip,
                      trained_classes, without_prefix)
from .predictions import Prediction, describe
from .time_spans import TimeSpan, restrict, spans_of

Video = Union[str, Path, Frames]
Result = Union[Prediction, BrokenVideoError]


def video_name(video: Video, number: int) -> str:
    """Returns the name of a file; a name by its number for an array."""
    is_file = isinstance(video, (str, Path))
    return str(video) if is_file else f'array {number}'


@INFERENCERS.register_module()
class TCCLIPInferencer(ActionRecogInferencer):
    """MMAction2's inferencer with class names chosen at run time.

    Modifications: class names are set at run time; videos are read by the
    config's validation or test pipeline; results hold class names, not only
    numbers; long videos are scored span by span.

    Args:
        model: config of a recognizer with TCCLIPHead, or its file; or a file
            that ``tools/export.py`` wrote as ``.onnx``. None selects the
            config that the checkpoint carries, see :func:`config_of`.
        weights: name of a checkpoint, see :func:`find_weights`. Without it,
            the towers get the CLIP weights that the config's ``pretrained``
            names, and the parts that TC-CLIP adds are untrained.
        device: device to compute on; None selects a GPU if there is one.
        class_names: class names, or a file of them; None selects those that
            the checkpoint was trained on.
        wordings: other wordings of the same classes, see
            :meth:`TCCLIPHead.set_classes`.
        test_views: whether to score all views of the config's test pipeline
            (4x3 for Kinetics) rather than the one view of its validation
            pipeline.
        dtype: precision of matrix products, see :func:`choose_dtype`.
        labels: old name of ``class_names``, from version 0.1.0.

    Raises:
        ValueError: the model takes no class names, or there is neither a model
            nor a checkpoint that carries its config, or the device has no use
            for ``dtype``.

    Example:
        >>> inferencer = TCCLIPInferencer(
        ...     'tcclip_k400.py', 'ours.pth', class_names=['run', 'jump'])
        >>> inferencer('video.mp4')['predictions'][0]['label']
    """

    def __init__(self,
                 model: Union[str, Path, Config, None] = None,
                 weights: Optional[str] = None,
                 device: Optional[str] = None,
                 class_names: Optional[Names] = None,
                 wordings: Sequence[str] = (),
                 test_views: bool = False,
                 dtype: str = 'float32',
                 labels: Optional[Names] = None) -> None:
        if labels is not None:
            warnings.warn(
                'TCCLIPInferencer(labels=...) is now called class_names',
                FutureWarning)
            class_names = labels
        self.chosen_names, self.wordings = class_names, list(wordings)
        self.test_views = test_views
        if model is None and weights:
            model = config_of(weights)
        config = prepare_config(model, weights, class_names, wordings)
        if config.model.type == 'OnnxRecognizer' and dtype != 'float32':
            raise ValueError(f'dtype={dtype!r}: an .onnx file computes in its '
                             'own precision')
        super().__init__(config, weights, device)
        self.dtype = choose_dtype(dtype, device_of(self.model))
        self.show_progress = False

    @classmethod
    def from_pretrained(cls,
                        name: Union[str, Path],
                        config: Union[str, Path, Config, None] = None,
                        **options: Any) -> 'TCCLIPInferencer':
        """Loads a model by name.

        Args:
            name: a checkpoint, a folder of :meth:`save_pretrained`, an
                official file, or ``hf://ORG/REPO[@REVISION][/FILE]``.
            config: config or its file; None selects the one that the
                checkpoint carries, see :func:`config_of`.
            **options: further options of the class, such as ``device``.

        Raises:
            OSError: a file cannot be read.
            ValueError: the checkpoint carries no config, or does not fit.

        Example:
            >>> inferencer = TCCLIPInferencer.from_pretrained('hf://me/tcclip')
        """
        return cls(config, str(name), **options)

    def save_pretrained(self, folder: Union[str, Path],
                        **options: Any) -> None:
        """Writes the model to a folder, see :func:`save_pretrained`.

        Args:
            folder: folder to write.
            **options: ``source`` and ``license``, for the model card.
        """
        from .pretrained import save_pretrained  # which imports this class
        save_pretrained(self.model, folder, self.cfg, **options)

    @property
    def class_names(self) -> List[str]:
        """The names of the classes, in the order of their scores."""
        return self.model.cls_head.class_names

    @property
    def several_labels(self) -> bool:
        """Whether a sigmoid judges each class by itself."""
        head = self.model.cls_head
        return getattr(head, 'logit_bias',
                       None) is not None and head.multi_class

    def set_classes(self,
                    names: Names,
                    wordings: Sequence[str] = (),
                    descriptors: Optional[Descriptors] = None) -> None:
        """Replaces the classes, see :meth:`TCCLIPHead.set_classes`."""
        self.model.cls_head.set_classes(names, wordings, descriptors)
        head = self.cfg.model.get('cls_head', {})  # for save_pretrained
        texts = dict(wordings=[*wordings], descriptors=descriptors)
        head.update({k: v for k, v in texts.items() if v or k in head})

    def set_labels(self, labels: Names, wordings: Sequence[str] = ()) -> None:
        """Calls :meth:`set_classes`; this is its name from version 0.1.0."""
        self.set_classes(labels, wordings)

    def _load_weights_to_model(self, model: Any, checkpoint: Optional[dict],
                               cfg: Any) -> None:
        """Loads the checkpoint and its class names, or starts from CLIP."""
        if isinstance(model, OnnxRecognizer):
            return
        # Keep the logits of each view: `rank` averages their probabilities,
        # as BaseHead would, and also reports logits.
        model.cls_head.average_clips = None
        if checkpoint is None:
            start_from_clip(model)
            return
        if not isinstance(model, WholeWeights):  # a stock recognizer
            check_weights(model, without_prefix(checkpoint))
        check_class_count(model, checkpoint)
        super()._load_weights_to_model(model, checkpoint, cfg)
        names = trained_classes(checkpoint)
        if self.chosen_names is None and names and \
                names != model.cls_head.class_names:
            model.cls_head.set_classes(names, self.wordings)

    def _init_pipeline(self, cfg: Any) -> Compose:
        """Builds the steps from a file to a clip; broken files raise."""
        loader = cfg.test_dataloader if self.test_views else \
            cfg.get('val_dataloader') or cfg.test_dataloader
        steps = [dict(step) for step in loader.dataset.pipeline]
        for step in steps:
            if 'on_error' in step:
                step['on_error'] = 'raise'
        self.pipeline_config = steps
        pack = dict(type='InferencerPackInput')
        self.open_video = Compose([pack, steps[0]])
        self.read_clip = Compose(steps[1:])
        return Compose([self.open_video, self.read_clip])

    def precision(self) -> ContextManager[None]:
        """Returns a context in which the model computes in ``dtype``."""
        return computing_in(self.model, self.dtype)

    @torch.no_grad()
    def forward(self, inputs: Union[dict, tuple],
                **kwargs: Any) -> List[ActionDataSample]:
        """Scores a batch; ``pred_score`` holds logits ``(V, C)``."""
        with self.precision():
            return self.model.test_step(inputs)

    def __call__(self,
                 inputs: Union[Video, Sequence[Video]],
                 batch_size: int = 1,
                 **ranking: Any) -> Dict[str, Any]:
        """Predicts what videos show, as plain data.

        Args:
            inputs: a video or a list of them, see :meth:`predict`.
            batch_size: videos per forward pass.
            **ranking: see :meth:`predict`.

        Returns:
            ``predictions``: a dict for each video, see
            :meth:`Prediction.to_dict`.

        Raises:
            BrokenVideoError: a video cannot be read.
        """
        videos = self._inputs_to_list(inputs)
        predictions = self.predict(videos, batch_size, **ranking)
        return dict(predictions=[p.to_dict() for p in predictions])

    def predict(self,
                videos: Sequence[Video],
                batch_size: int = 1,
                **ranking: Any) -> List[Prediction]:
        """Predicts what each video shows as a whole.

        Args:
            videos: video files; or videos in memory, each an RGB array ``(T,
                H, W, 3)`` uint8 or a list of T arrays ``(H, W, 3)``. Those
                are called ``array 0`` and so on, by their place.
            batch_size: videos per forward pass.
            **ranking: ``top_k`` and ``none_below``, see :func:`describe`.

        Raises:
            BrokenVideoError: a video cannot be read.
            ValueError: an array has another shape or type, ``videos`` is one
                path, or ``batch_size`` is below 1.
        """
        predictions = []
        for found in self.predict_each(videos, batch_size, **ranking):
            if isinstance(found, BrokenVideoError):
                raise found
            predictions.append(found)
        return predictions

    def predict_each(self,
                     videos: Sequence[Video],
                     batch_size: int = 1,
                     **ranking: Any) -> Iterator[Result]:
        """Predicts videos like :meth:`predict`, but goes on at broken ones.

        Args:
            videos: see :meth:`predict`.
            batch_size: videos that are read and scored at once; broken ones
                count.
            **ranking: ``top_k`` and ``none_below``, see :func:`describe`.

        Yields:
            The prediction of each video in turn, or why it cannot be read.
        """
        if isinstance(videos, (str, Path)) or batch_size < 1:
            raise ValueError(f'videos={videos!r} must be a list, and '
                             f'batch_size={batch_size} be 1 or more')
        for start in range(0, len(videos), batch_size):
            batch = videos[start:start + batch_size]
            names = [video_name(v, start + i) for i, v in enumerate(batch)]
            clips = [*map(self._read, batch, names)]
            intact = [(name, clip) for name, clip in zip(names, clips)
                      if not isinstance(clip, BrokenVideoError)]
            found = iter(self.predict_clips(intact, **ranking))
            for clip in clips:
                yield clip if isinstance(clip,
                                         BrokenVideoError) else next(found)

    def predict_clips(self,
                      clips: Sequence[Tuple[str, Dict[str, Any]]],
                      spans: Optional[Sequence[Optional[TimeSpan]]] = None,
                      **ranking: Any) -> List[Prediction]:
        """Predicts what clips show that have been read, in one batch.

        Args:
            clips: names of videos, and outputs of ``pipeline`` or
                ``read_clip``; there may be none.
            spans: the part of each video that its clip shows; None for all.
            **ranking: ``top_k`` and ``none_below``, see :func:`describe`.
        """
        if not clips:
            return []
        names, inputs = zip(*clips)
        samples = self.forward(self.collate_fn([*inputs]))
        return [
            describe(
                name,
                sample.pred_score,
                self.class_names,
                span=span,
                several=self.several_labels,
                **ranking)
            for name, sample, span in zip(names, samples, spans or [None] *
                                          len(names))
        ]

    def timeline(self,
                 video: Union[str, Path],
                 window: float,
                 stride: float,
                 batch_size: int = 1,
                 **ranking: Any) -> List[Prediction]:
        """Predicts what each span of a long video shows.

        Args:
            video: the file; arrays have no times.
            window: length of a span in seconds.
            stride: seconds from one span to the next.
            batch_size: spans per forward pass.
            **ranking: ``top_k`` and ``none_below``, see :func:`describe`.

        Raises:
            BrokenVideoError: the video cannot be read, or has no times.
            ValueError: spans would leave gaps, or the video is an array.
        """
        if not isinstance(video, (str, Path)):
            raise ValueError(
                'timeline() takes a file, because arrays have no '
                'times: give the frames of each span to predict()')
        opened = self.open_video(str(video))
        times, spans = spans_of(opened, window, stride)
        predictions: List[Prediction] = []
        for start in range(0, len(spans), batch_size):
            batch = spans[start:start + batch_size]
            clips = [(str(video), self.read_clip(restrict(opened, times, s)))
                     for s in batch]
            predictions += self.predict_clips(clips, batch, **ranking)
        return predictions

    def _read(self, video: Video,
              name: str) -> Union[Dict[str, Any], BrokenVideoError]:
        """Returns the clip of a video, or why it cannot be read."""
        try:
            return self.pipeline(name) if isinstance(
                video, (str, Path)) else self.read_clip(as_video(video, name))
        except BrokenVideoError as error:
            return error
