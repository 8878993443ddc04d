"""Builds a config's model with random clips, and the calls of a benchmark."""
import copy
from contextlib import contextmanager, nullcontext
from typing import Any, Callable, Iterator, List, Optional

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.registry import init_default_scope

from ..datasets.pipelines import type_name
from .measure import Call, multiply_adds, seconds, tower_product

Score = Callable[[torch.Tensor], torch.Tensor]


def without_gradient(call: Call) -> Call:
    """Returns the same call without gradients, as in evaluation."""

    def evaluate() -> object:
        with torch.no_grad():
            return call()

    return evaluate


def texts_of_a_bag(config: Config) -> int:
    """Returns how many texts each video of a training brings; often none.

    Args:
        config: a config, whose training may have the step AddTextBag.
    """
    loader = config.get('train_dataloader') or {}
    pipeline = loader.get('dataset', {}).get('pipeline', ())
    sizes = [
        step.get('bag_size', 16) for step in pipeline
        if type_name(step) == 'AddTextBag'
    ]
    return sum(sizes)


class Bench:
    """A model with random weights, random clips, and calls to measure.

    Args:
        config: config of a model with a TCCLIPViT.
        device: device to compute on.
        dtype: precision of autocast, a name in torch.
        compiled: whether the vision tower is compiled.
        num_classes: number of classes, named after those of the config; None
            keeps these.
        views: views that are scored at once.
        batch: videos of a training step.
        batch_frames: frames of these videos.

    Raises:
        ValueError: the backbone is not a TCCLIPViT.
    """

    def __init__(self,
                 config: Config,
                 device: str = 'cpu',
                 dtype: str = 'float32',
                 compiled: bool = False,
                 num_classes: Optional[int] = None,
                 views: int = 1,
                 batch: int = 1,
                 batch_frames: int = 8) -> None:
        init_default_scope('mmaction')
        model = copy.deepcopy(config.model)
        if model.backbone.type != 'TCCLIPViT':
            raise ValueError(f'{config.filename} has the backbone '
                             f'{model.backbone.type}: only a TCCLIPViT can be '
                             'measured')
        model.backbone.pretrained = None
        self.device, self.dtype = torch.device(device), getattr(torch, dtype)
        torch.manual_seed(0)
        self.model = MODELS.build(model).to(self.device)
        self.backbone, self.head = self.model.backbone, self.model.cls_head
        if num_classes:
            names = self.head.class_names
            self.model.set_classes(
                [f'{names[i % len(names)]} {i}' for i in range(num_classes)])
        self.frames = self.backbone.num_frames
        if compiled:
            self.backbone.forward = torch.compile(self.backbone.forward)
        self.bag_size = texts_of_a_bag(config)
        self.views = self.make_clips(views, self.frames)
        self.batch = self.make_clips(batch, batch_frames)

    def make_clips(self, batch: int, frames: int) -> torch.Tensor:
        """Returns random clips ``(B, 3, T, H, W)``."""
        size = self.backbone.image_size
        return torch.randn(batch, 3, frames, *size, device=self.device)

    def seconds(self, call: Call) -> float:
        """Times one call, until its work on the device is done."""
        return seconds(call, self.device)

    def autocast(self) -> Any:
        """Returns the autocast context for ``dtype``."""
        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.dtype)

    def pooled(self, features: Any) -> Any:
        """Returns the head's input for outputs of the backbone."""
        if self.model.with_neck:
            features, _ = self.model.neck(features)
        return features

    def features(self, clips: torch.Tensor) -> Any:
        """Returns the head's input for clips ``(B, 3, T, H, W)``."""
        return self.pooled(self.backbone(clips))

    def ours(self, clips: torch.Tensor) -> torch.Tensor:
        """Scores clips ``(B, 3, T, H, W)`` by our model: ``(B, C)``."""
        return self.head(self.features(clips))

    def samples(self, count: int) -> List[ActionDataSample]:
        """Returns samples of the classes 0, 1, 2 and so on.

        They bring bags of texts where the training compares videos with such.

        Args:
            count: number of samples.
        """
        samples = []
        for i in range(count):
            label = i % self.head.num_classes
            bag = [
                f'{self.head.class_names[label]}. word {j}'
                for j in range(self.bag_size)
            ]
            sample = ActionDataSample(metainfo=dict(text_bag=bag))
            samples.append(sample.set_gt_label(label))
        return samples

    def our_loss(self, clips: torch.Tensor) -> torch.Tensor:
        """Returns the loss that our model trains on.

        It is the sum of all losses of the recognizer: that of the head, which
        may compare videos with other texts than those of all classes, and that
        of a distillation. Labels are not mixed.

        Args:
            clips: ``(B, 3, T, H, W)``.
        """
        # of one view each: (B, 1, 3, T, H, W)
        losses = self.model.loss(clips[:, None], self.samples(len(clips)))
        return self.model.parse_losses(losses)[0]

    def loss_of(self, score: Score) -> Score:
        """Returns the cross entropy of scores, as a function of clips.

        Args:
            score: returns logits ``(B, C)`` of clips.
        """

        def loss(clips: torch.Tensor) -> torch.Tensor:
            logits = score(clips)
            labels = torch.arange(
                len(logits), device=self.device) % logits.shape[1]
            return F.cross_entropy(logits.float(), labels)

        return loss

    def with_texts(self, clips: torch.Tensor) -> torch.Tensor:
        """Encodes the class texts again, and scores clips as :meth:`ours`."""
        self.head.forget_text()
        return self.ours(clips)

    def vision(self) -> Any:
        """Encodes the views, without a neck."""
        with self.autocast():
            return self.backbone(self.views)

    def video_features(self) -> Any:
        """Encodes the views, and pools their frames by the neck."""
        with self.autocast():
            return self.features(self.views)

    def class_texts(self) -> Any:
        """Encodes the class texts again."""
        self.head.forget_text()
        with self.autocast():
            return self.head.text_before_video()

    def view_call(self, score: Score) -> Call:
        """Returns the scoring of the views by ``score``, without gradients."""
        self.model.eval()

        def call() -> object:
            with self.autocast():
                return score(self.views)

        return without_gradient(call)

    def step_call(self, loss: Score) -> Call:
        """Returns an optimiser step on the batch.

        Args:
            loss: the loss of clips, see :meth:`our_loss` and :meth:`loss_of`.

        Raises:
            ValueError: no parameter is trained.
        """
        if not self.trained:
            raise ValueError('no parameter of this model is trained: a step '
                             'cannot be measured')
        self.model.train()
        optimizer = torch.optim.AdamW(self.model.parameters(), 1e-9)

        def step() -> None:
            with self.autocast():
                value = loss(self.batch)
            value.backward()
            optimizer.step()
            optimizer.zero_grad()

        return step

    def product(self, clips: torch.Tensor) -> Call:
        """Returns a matrix product with the shapes of the vision tower."""
        tokens = self.backbone.positional_embedding.shape[-2]
        return tower_product(clips.shape[0] * clips.shape[2] * tokens,
                             self.backbone.conv1.out_channels, self.device,
                             self.dtype)

    @property
    def parameters(self) -> int:
        """Number of values of the model's parameters."""
        return sum(p.numel() for p in self.model.parameters())

    @property
    def trained(self) -> int:
        """Number of values that are trained."""
        return sum(p.numel() for p in self.model.parameters()
                   if p.requires_grad)

    @contextmanager
    def uncompiled(self) -> Iterator[None]:
        """Runs the vision tower without compilation for a while."""
        compiled = vars(self.backbone).pop('forward', None)
        try:
            yield
        finally:
            if compiled:
                self.backbone.forward = compiled

    def multiply_adds(self, call: Call) -> float:
        """Counts the multiply-adds of a call, run without compilation."""
        with self.uncompiled():
            return multiply_adds(call)

    def merging_seconds(self) -> float:
        """Times the selection and summary of tokens in one forward pass."""
        spent: List[float] = []
        reference = self.backbone.reference
        forward = reference.forward

        def timed(*inputs: Any) -> Any:
            out: List[Any] = []
            spent.append(self.seconds(lambda: out.append(forward(*inputs))))
            return out[0]

        reference.forward = timed
        with self.uncompiled():
            without_gradient(lambda: self.backbone(self.views))()
        reference.forward = forward
        return sum(spent)
