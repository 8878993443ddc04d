"""Compares the predictions and times of two precisions."""
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

import numpy as np
import torch

from ..apis import TCCLIPInferencer
from ..datasets.array_reader import as_video
from ..datasets.pipelines import frames_and_clips
from ..models.precision import device_of
from .measure import Call, interleaved, median_ratio, seconds


class Change(NamedTuple):
    """What half precision changes.

    Attributes:
        changed: clips whose best class is another one.
        clips: number of clips.
        largest: largest change of a probability.
        time_ratio: time of half precision / that of float32.
    """
    changed: int
    clips: int
    largest: float
    time_ratio: float


def noise_clips(inferencer: TCCLIPInferencer, count: int) -> List[dict]:
    """Returns clips of random pixels, as the inferencer's pipeline gives them.

    Args:
        inferencer: the model.
        count: number of clips.
    """
    rng = np.random.default_rng(0)
    sampled = frames_and_clips(inferencer.pipeline_config)
    frames = 2 * (sampled[0] if sampled else 16)
    return [
        inferencer.read_clip(
            as_video(
                rng.integers(0, 256, (frames, 256, 256, 3), dtype=np.uint8),
                f'noise {i}')) for i in range(count)
    ]


def probabilities(inferencer: TCCLIPInferencer, clip: dict,
                  dtype: torch.dtype) -> torch.Tensor:
    """Returns the probabilities of the classes ``(C, )`` in a precision.

    Args:
        inferencer: the model.
        clip: output of its pipeline.
        dtype: the precision.
    """
    inferencer.dtype = dtype
    sample, = inferencer.forward(inferencer.collate_fn([clip]))
    return sample.pred_score.softmax(-1).mean(0).cpu()


def compare_precisions(inferencer: TCCLIPInferencer, clips: Sequence[dict],
                       dtype: torch.dtype, runs: int) -> Change:
    """Scores clips in both precisions in turn.

    Args:
        inferencer: the model.
        clips: outputs of its pipeline.
        dtype: half precision.
        runs: runs of the first clip that are timed.
    """
    device = device_of(inferencer.model)
    changed, largest = 0, 0.
    for clip in clips:
        whole, half = (
            probabilities(inferencer, clip, kind)
            for kind in (torch.float32, dtype))
        changed += int(whole.argmax() != half.argmax())
        largest = max(largest, float((whole - half).abs().max()))
    calls: Dict[str, Any] = {
        name: lambda kind=kind: probabilities(inferencer, clips[0], kind)
        for name, kind in (('whole', torch.float32), ('half', dtype))
    }

    def clock(call: Call) -> float:
        call()  # stores the class texts, which another precision drops
        return seconds(call, device)

    times = interleaved(calls, runs, clock)
    return Change(changed, len(clips), largest,
                  median_ratio(times['half'], times['whole']))


def model_name(config: Any, checkpoint: Optional[str]) -> str:
    """Says which weights are compared.

    Args:
        config: config of the model.
        checkpoint: its weights, if there are any.
    """
    if checkpoint:
        return f'weights of {checkpoint}'
    clip = config.model.backbone.get('pretrained')
    return f"CLIP's weights, {clip}" if clip else 'random weights'
