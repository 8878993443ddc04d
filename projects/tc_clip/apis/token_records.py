"""Records the tokens of a video in the vision tower."""
from pathlib import Path
from typing import Tuple, Union

from ..visualization.token_records import (TokenRecorder, ViewRecord,
                                           view_record)
from .inferencer import TCCLIPInferencer
from .predictions import Prediction, describe


def record_view(inferencer: TCCLIPInferencer,
                video: Union[str, Path]) -> Tuple[ViewRecord, Prediction]:
    """Records the first view of a video.

    Args:
        inferencer: the inferencer whose model is recorded.
        video: the video file.

    Returns:
        The recorded view, and the prediction for this view alone.

    Raises:
        BrokenVideoError: the video cannot be read.
        ValueError: the model has no TCCLIPViT.
    """
    backbone = getattr(inferencer.model, 'backbone', None)
    recorder = TokenRecorder(backbone)
    data = inferencer.pipeline(str(video))
    data['inputs'] = data['inputs'][:1]
    with recorder:
        sample, = inferencer.forward(inferencer.collate_fn([data]))
    prediction = describe(
        str(video),
        sample.pred_score,
        inferencer.class_names,
        several=inferencer.several_labels)
    record = view_record(data['inputs'][0], recorder.maps(), sample)
    return record, prediction
