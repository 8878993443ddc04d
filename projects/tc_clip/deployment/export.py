"""Writes a recognizer and its class names to one file, and checks the file.

The graph takes ``pixels``, RGB from 0 to 255 as float32 ``(B, 3, T, H, W)``
where B counts views, and gives ``logits`` ``(B, C)``.
"""
import copy
import json
import logging
from io import BytesIO
from pathlib import Path
from typing import Any, Callable, Dict, Sequence, Tuple

import torch
from mmaction.structures import ActionDataSample
from torch import Tensor, nn

from ..apis.inferencer import TCCLIPInferencer
from ..datasets.pipelines import SAMPLERS, frames_and_clips
from ..models import TCCLIPViT
from ..models.recognizers.onnx_recognizer import OnnxRecognizer
from ..version import __version__

# keys that torch.export.load needs
METADATA = ('class_names', 'mean', 'std', 'pipeline', 'test_pipeline',
            'versions')
TOLERANCE = 1e-4  # of logits
Logits = Callable[[Tensor], Tensor]


def check_exportable(model: Any) -> None:
    """Raises a ValueError if a graph cannot compute what the model does."""
    prepare = model.data_preprocessor
    if not isinstance(model.backbone, TCCLIPViT):
        raise ValueError(
            f'{type(model.backbone).__name__} cannot be exported: only a '
            'TCCLIPViT with TCCLIPHead')
    if (prepare.format_shape, prepare.to_rgb) != ('NCTHW', False) or \
            not hasattr(prepare, 'mean'):
        raise ValueError(
            'The data_preprocessor must have mean and std, '
            "format_shape='NCTHW' and to_rgb=False, as in configs/_base_/"
            'models')


@torch.no_grad()
def fold_text(head: Any) -> None:
    """Stores class texts as far as no video is needed, and drops the rest.

    Where no text block sees the video, these are the features of all texts;
    a fusion after the text tower stays. Otherwise they are the texts before
    the first block that does.

    Args:
        head: the head, which cannot take other classes afterwards.
    """
    if not head.sees_videos:
        features = head.encode_texts()  # (1, S * C, E)
        head.encode_texts = lambda *args: features
        head.text_encoder = head.prompts = head.prompt_vectors = None
        return
    encoder = head.text_encoder
    head.text_before_video()
    encoder.token_embedding = nn.Identity()
    for i in range(head.first_video_block - 1):
        encoder.transformer.resblocks[i] = nn.Identity()


class FixedClasses(nn.Module):
    """Computes logits from pixels, for the present classes of a recognizer.

    Args:
        model: the recognizer in evaluation mode; it is copied.

    Raises:
        ValueError: the recognizer has parts that are not in the graph.
    """

    pixel_mean: Tensor
    pixel_std: Tensor

    def __init__(self, model: Any) -> None:
        super().__init__()
        check_exportable(model)
        self.backbone = copy.deepcopy(model.backbone)
        self.neck = copy.deepcopy(model.neck) if model.with_neck else None
        self.cls_head = copy.deepcopy(model.cls_head)
        # In an ONNX graph, `mean` alone is also the name of an operation.
        self.register_buffer('pixel_mean', model.data_preprocessor.mean)
        self.register_buffer('pixel_std', model.data_preprocessor.std)
        self.requires_grad_(False).eval()
        fold_text(self.cls_head)

    def forward(self, pixels: Tensor) -> Tensor:
        """Computes logits ``(B, C)`` of clips ``(B, 3, T, H, W)``."""
        features = self.backbone((pixels - self.pixel_mean) / self.pixel_std)
        if self.neck is not None:
            features, _ = self.neck(features)
        return self.cls_head(features)


def view_size(inferencer: TCCLIPInferencer) -> Tuple[int, ...]:
    """Returns the size ``(3, T, H, W)`` of the clips that a model takes.

    Args:
        inferencer: the model and its pipeline.

    Raises:
        ValueError: no step of the pipeline sets the number of frames.
    """
    sampled = frames_and_clips(inferencer.pipeline_config)
    if sampled is None:
        raise ValueError('No step of the pipeline sets the number of frames: '
                         f'sample them with {" or ".join(SAMPLERS)}')
    return (3, sampled[0], *inferencer.model.backbone.image_size)


def random_pixels(size: Sequence[int], count: int) -> Tensor:
    """Draws clips of whole numbers, the same ones in every call."""
    generator = torch.Generator().manual_seed(0)
    return torch.randint(256, (count, *size), generator=generator).float()


@torch.no_grad()
def trace(inferencer: TCCLIPInferencer,
          batch: int = 1,
          dynamic: bool = False) -> Any:
    """Traces a model with its class names into one graph.

    Args:
        inferencer: the model.
        batch: number of views that the graph takes.
        dynamic: whether it takes any number of views instead.

    Returns:
        ``torch.export.ExportedProgram``.

    Raises:
        ValueError: see :class:`FixedClasses` and :func:`view_size`.
    """
    # A batch size of 1 would become a constant in the trace.
    clips = random_pixels(view_size(inferencer), 2 if dynamic else batch)
    graph = FixedClasses(inferencer.model)
    shapes = ({0: torch.export.Dim('batch')}, ) if dynamic else None
    # Unlike the default, strict tracing keeps len(tensor) symbolic.
    return torch.export.export(
        graph, (clips.to(graph.pixel_mean.device), ),
        dynamic_shapes=shapes,
        strict=True)


def metadata_of(inferencer: TCCLIPInferencer) -> Dict[str, str]:
    """Returns the metadata that the file holds, each value as JSON.

    Args:
        inferencer: the model, its classes and its pipelines.

    Raises:
        ValueError: the pipeline holds values that JSON cannot represent.
    """
    prepare = inferencer.model.data_preprocessor
    values = dict(
        class_names=inferencer.class_names,
        mean=prepare.mean.flatten().tolist(),
        std=prepare.std.flatten().tolist(),
        pipeline=inferencer.pipeline_config,
        test_pipeline=inferencer.cfg.test_dataloader.dataset.pipeline,
        versions=dict(tc_clip=__version__, torch=torch.__version__))
    try:
        return {
            key: json.dumps(value, ensure_ascii=False)
            for key, value in values.items()
        }
    except TypeError as error:
        raise ValueError('The pipelines must consist of plain values, and '
                         f'name transforms by strings: {error}') from error


def write_graph(program: Any, path: Path, metadata: Dict[str, str]) -> None:
    """Writes a graph; weights above 2 GB go into ``PATH.data`` beside it.

    Args:
        program: output of :func:`trace`.
        path: ``.onnx`` or ``.pt2`` file.
        metadata: output of :func:`metadata_of`.

    Raises:
        OSError: the file cannot be written.
        ValueError: ONNX cannot represent a part of the model.
    """
    if path.suffix == '.pt2':
        content = BytesIO()  # torch aborts the process if the disk is full
        torch.export.save(program, content, extra_files=metadata)
        path.write_bytes(content.getbuffer())
        return
    # It warns of every layer that it leaves unchanged, which is correct.
    logging.getLogger('onnxscript').setLevel(logging.ERROR)
    try:
        graph: Any = torch.onnx.export(
            program,
            dynamo=True,
            verbose=False,
            input_names=['pixels'],
            output_names=['logits'])
    except torch.onnx.OnnxExporterError as error:
        raise ValueError('torch cannot turn a part of this model into ONNX '
                         '(docs/export.md lists which): write a .pt2 file '
                         'instead') from error
    graph.model.metadata_props.update(metadata)
    graph.save(path)


def score_views(recognizer: Any, clips: Tensor) -> Tensor:
    """Scores clips as views of one video, as in testing: ``(B, C)``."""
    batch = dict(inputs=[clips], data_samples=[ActionDataSample()])
    return recognizer.test_step(batch)[0].pred_score.cpu()


def open_graph(path: Path) -> Logits:
    """Returns a function from clips to logits that runs a written file."""
    if path.suffix == '.pt2':
        return torch.export.load(path).module()
    recognizer = OnnxRecognizer(str(path))
    return lambda clips: score_views(recognizer, clips)


@torch.no_grad()
def rounding_spread(model: Any, clips: Tensor, draws: int = 3) -> float:
    """Measures how far logits move if pixels do by 1/1000 grey level.

    Tokens are selected and merged by the order of scores. Where two scores are
    almost equal, rounding decides their order.

    Args:
        model: the recognizer, whose head does not average views.
        clips: ``(B, 3, T, H, W)``, pixels from 0 to 255.
        draws: how often the pixels are changed.
    """
    generator = torch.Generator().manual_seed(1)
    logits = score_views(model, clips)
    changed = (
        clips + 1e-3 * torch.randn(clips.shape, generator=generator)
        for _ in range(draws))
    return max(
        (score_views(model, c) - logits).abs().max().item() for c in changed)


@torch.no_grad()
def largest_difference(model: Any, run: Logits, clips: Tensor) -> float:
    """Returns the largest difference of logits of a file and of the model.

    Args:
        model: the recognizer, whose head does not average views.
        run: output of :func:`open_graph`.
        clips: ``(B, 3, T, H, W)``, pixels from 0 to 255.
    """
    return (run(clips) - score_views(model, clips)).abs().max().item()


def check(path: Path, inferencer: TCCLIPInferencer,
          counts: Sequence[int]) -> Tuple[float, float]:
    """Compares a file with the model on random clips.

    If changing the pixels by a thousandth of a grey level moves the logits of
    the model by more than the tolerance, twice that movement is allowed.

    Args:
        path: file written by :func:`write_graph`.
        inferencer: the model.
        counts: numbers of views to try.

    Returns:
        The largest difference of a logit, and the largest one allowed.
    """
    model, run = inferencer.model, open_graph(path)
    size = view_size(inferencer)
    clips = [random_pixels(size, count) for count in counts]
    worst = max(largest_difference(model, run, c) for c in clips)
    if worst <= TOLERANCE:
        return worst, TOLERANCE
    spread = max(rounding_spread(model, c) for c in clips)
    return worst, max(TOLERANCE, 2 * spread)


@torch.no_grad()
def difference_in_dtype(path: Path, inferencer: TCCLIPInferencer,
                        counts: Sequence[int]) -> float:
    """Compares a file with the model in the inferencer's precision.

    Args:
        path: file written by :func:`write_graph`, which computes in float32.
        inferencer: the model.
        counts: numbers of views to try.

    Returns:
        The largest difference of a logit.
    """
    run, size = open_graph(path), view_size(inferencer)
    clips = [random_pixels(size, count) for count in counts]
    of_file = [run(some) for some in clips]  # autocast would change these
    with inferencer.precision():
        of_model = [score_views(inferencer.model, some) for some in clips]
    return max((a - b).abs().max().item() for a, b in zip(of_file, of_model))
