"""Runs ``.onnx`` files of ``tools/export.py`` in onnxruntime."""
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Dict, List, Optional, Sequence, Union

import numpy as np
import torch
from mmaction.models.data_preprocessors import ActionDataPreprocessor
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.model import BaseModel
from torch import Tensor

from ...allowed_types import check_types


def open_session(file: Union[str, Path],
                 providers: Optional[Sequence[str]] = None,
                 optimise: bool = True) -> Any:
    """Opens an ``.onnx`` file in onnxruntime.

    Args:
        file: the ``.onnx`` file.
        providers: execution providers, best first; None for the CPU.
        optimise: whether to prepare the graph for speed, which takes a while.

    Raises:
        FileNotFoundError: there is no such file.
        ImportError: onnxruntime is not installed; the message has the command.
        ValueError: onnxruntime lacks a provider or cannot read the file.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise ImportError('onnxruntime is needed to run .onnx files: pip '
                          f'install onnxruntime ({error})') from error
    if not Path(file).is_file():
        raise FileNotFoundError(f'{file}: no such file. Write one with '
                                'tools/export.py')
    available = onnxruntime.get_available_providers()
    wanted = list(providers or ['CPUExecutionProvider'])
    missing = [name for name in wanted if name not in available]
    if missing:
        raise ValueError(f'onnxruntime has no {missing[0]} here, but '
                         f'{", ".join(available)}: choose among them, or '
                         'install a build that has it (onnxruntime-gpu)')
    options = onnxruntime.SessionOptions()
    if not optimise:
        options.graph_optimization_level = \
            onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return onnxruntime.InferenceSession(str(file), options, wanted)
    # onnxruntime's errors have no common base class
    except Exception as error:
        raise ValueError(f'{file}: onnxruntime cannot open it ({error}). '
                         'Write it anew with tools/export.py') from error


def tuples(value: Any) -> Any:
    """Turns lists of plain values in a config into tuples.

    JSON has only lists, and MMAction2's transforms accept only tuples.
    """
    if isinstance(value, dict):
        return {key: tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [tuples(item) for item in value]
        has_dicts = any(isinstance(item, dict) for item in items)
        return items if has_dicts else tuple(items)
    return value


def read_metadata(session: Any, file: Union[str, Path]) -> Dict[str, Any]:
    """Reads the metadata that ``tools/export.py`` wrote into the file.

    Args:
        session: the file, opened by :func:`open_session`.
        file: its path, for the error message.

    Raises:
        ValueError: the file was not written by ``tools/export.py``, or names
            a transform that is not registered.
    """
    texts = session.get_modelmeta().custom_metadata_map
    missing = {'class_names', 'pipeline', 'test_pipeline'} - set(texts)
    if missing:
        raise ValueError(
            f'{file} holds no {", ".join(sorted(missing))}: it was not '
            'written by tools/export.py. Export the model with that')
    try:
        metadata = {key: json.loads(text) for key, text in texts.items()}
    except (RecursionError, ValueError) as error:
        raise ValueError(f'{file}: its metadata is not JSON ({error}): it was '
                         'not written by tools/export.py') from error
    check_types(metadata, f'{file}: its metadata', 'it is not run')
    return metadata


def onnx_config(path: Union[str, Path]) -> Config:
    """Makes the config of an exported model, for ``TCCLIPInferencer``.

    Args:
        path: ``.onnx`` file of ``tools/export.py``.

    Returns:
        Config with ``model`` and the pipelines of validation and test that
        the exported model had.

    Raises:
        ImportError: see :func:`open_session`.
        OSError: see :func:`open_session`.
        ValueError: see :func:`open_session` and :func:`read_metadata`.

    Example:
        >>> config = onnx_config('model.onnx')
        >>> config.model.providers = ['CUDAExecutionProvider']
        >>> inferencer = TCCLIPInferencer(config)
    """
    metadata = read_metadata(open_session(path, optimise=False), path)
    validation, test = (
        dict(dataset=dict(pipeline=[tuples(step) for step in metadata[key]]))
        for key in ('pipeline', 'test_pipeline'))
    return Config(
        dict(
            model=dict(type='OnnxRecognizer', file=str(path)),
            val_dataloader=validation,
            test_dataloader=test))


@MODELS.register_module()
class OnnxRecognizer(BaseModel):
    """An exported recognizer with MMAction2's interface, for prediction.

    It has no parameters; mean and standard deviation are in the graph.

    Args:
        file: ``.onnx`` file of ``tools/export.py``.
        providers: onnxruntime's execution providers, best first; None for
            the CPU. The device of the model does not matter.

    Raises:
        ImportError: see :func:`open_session`.
        OSError: see :func:`open_session`.
        ValueError: see :func:`open_session` and :func:`read_metadata`.
    """

    def __init__(self,
                 file: str,
                 providers: Optional[Sequence[str]] = None) -> None:
        super().__init__(ActionDataPreprocessor(format_shape='NCTHW'))
        self.file, self.session = file, open_session(file, providers)
        names = read_metadata(self.session, file)['class_names']
        # callers of a recognizer look for the names there
        self.cls_head = SimpleNamespace(class_names=names)

    @property
    def class_names(self) -> List[str]:
        """The names of the classes, in the order of their scores."""
        return self.cls_head.class_names

    def score(self, clips: np.ndarray) -> np.ndarray:
        """Computes the logits ``(B, C)`` of clips.

        A graph of fixed batch size gets one batch at a time; the last one is
        padded.

        Args:
            clips: RGB from 0 to 255, float32 ``(B, 3, T, H, W)``.

        Raises:
            ValueError: the graph takes clips of another size.
        """
        batch, *size = self.session.get_inputs()[0].shape
        if list(clips.shape[1:]) != size:
            raise ValueError(
                f'Clips are {clips.shape[1:]}, {self.file} takes '
                f'{tuple(size)}: use the pipeline in it (onnx_config), or '
                'export the model with yours')
        count = len(clips)
        step = batch if isinstance(batch, int) else count
        filling = np.repeat(clips[-1:], -count % step, axis=0)
        clips = np.concatenate((clips, filling))
        logits = [
            self.session.run(None, {'pixels': clips[i:i + step]})[0]
            for i in range(0, len(clips), step)
        ]
        return np.concatenate(logits)[:count]

    def forward(self,
                inputs: Tensor,
                data_samples: Sequence[ActionDataSample],
                mode: str = 'predict') -> Sequence[ActionDataSample]:
        """Scores videos.

        Args:
            inputs: RGB from 0 to 255 ``(B, V, 3, T, H, W)``.
            data_samples: one for each video, to be filled.
            mode: only ``'predict'``.

        Returns:
            ``data_samples``; ``pred_score`` holds the logits of each view
            ``(V, C)`` and ``pred_label`` its best class ``(V, 1)``, as
            BaseHead gives them with ``average_clips=None``.

        Raises:
            ValueError: ``mode`` is not ``'predict'``, or see :meth:`score`.
        """
        if mode != 'predict':
            raise ValueError(f"mode={mode!r}: an exported model knows only "
                             "'predict'; train and look inside with its "
                             'config and checkpoint')
        clips = inputs.flatten(0, 1).float().cpu().numpy()  # (B * V, ...)
        logits = torch.from_numpy(self.score(clips))  # (B * V, C)
        for sample, views in zip(data_samples,
                                 logits.unflatten(0, inputs.shape[:2])):
            sample.set_pred_score(views)
            sample.set_pred_label(views.argmax(-1, keepdim=True))
        return data_samples
