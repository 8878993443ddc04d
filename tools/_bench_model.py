"""A config's model, random clips for it, and what a benchmark times."""
import argparse
from contextlib import nullcontext
from typing import Any, Callable, List

import torch
import torch.nn.functional as F
from _measure import Call, multiply_adds, seconds, tower_product
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope

Score = Callable[[torch.Tensor], torch.Tensor]


def without_gradient(call: Call) -> Call:
    """Returns the call as evaluation makes it."""

    def evaluate() -> object:
        with torch.no_grad():
            return call()

    return evaluate


class Bench:
    """A model, its clips, and what is done with them.

    Args:
        args: the command line of benchmark.py.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        init_default_scope('mmaction')
        config = Config.fromfile(args.config)
        if config.model.backbone.type != 'TCCLIPViT':
            raise SystemExit(f'{args.config} has the backbone '
                             f'{config.model.backbone.type}: only TCCLIPViT '
                             'is measured')
        config.merge_from_dict(args.cfg_options or {})
        config.model.backbone.pretrained = None
        self.device = torch.device(args.device)
        self.dtype = getattr(torch, args.dtype)
        torch.manual_seed(0)
        self.model = MODELS.build(config.model).to(self.device)
        self.backbone, self.head = self.model.backbone, self.model.cls_head
        if args.classes:
            names = self.head.class_names
            self.model.set_classes(
                [f'{names[i % len(names)]} {i}' for i in range(args.classes)])
        self.frames = self.backbone.num_frames
        self.tower: Any = self.backbone
        if args.compile:
            self.tower = torch.compile(self.backbone)
        self.views = self.make_clips(args.views, self.frames)
        self.batch = self.make_clips(args.train_batch, args.train_frames)

    def make_clips(self, batch: int, frames: int) -> torch.Tensor:
        """Returns random clips ``(B, 3, T, H, W)``."""
        size = self.backbone.image_size
        return torch.randn(batch, 3, frames, *size, device=self.device)

    def autocast(self) -> Any:
        """Returns the context of the wanted precision."""
        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.dtype)

    def ours(self, clips: torch.Tensor) -> torch.Tensor:
        """Scores clips as the package does."""
        with self.autocast():
            return self.head(self.tower(clips))

    def naive(self, clips: torch.Tensor) -> torch.Tensor:
        """Scores clips as a textbook would."""
        from tests.reference.naive import naive_logits
        with self.autocast():
            return naive_logits(self.model, clips, length=30)

    def vision(self) -> Any:
        """Encodes the views."""
        with self.autocast():
            return self.tower(self.views)

    def naive_vision(self) -> Any:
        """Encodes the views as a textbook would."""
        from tests.reference.naive import naive_vision
        with self.autocast():
            return naive_vision(self.backbone, self.views)

    def class_texts(self) -> Any:
        """Encodes the class texts anew."""
        self.head.drop_text()
        with self.autocast():
            return self.head.shared_text()

    def view_call(self, name: str) -> Call:
        """Returns the scoring of the views, by 'ours' or 'naive'."""
        self.model.eval()
        score: Score = getattr(self, name)
        return without_gradient(lambda: score(self.views))

    def step_call(self, name: str) -> Call:
        """Returns an optimiser step on the batch, by 'ours' or 'naive'."""
        self.model.train()
        score: Score = getattr(self, name)
        optimizer = torch.optim.AdamW(self.model.parameters(), 1e-9)

        def step() -> None:
            logits = score(self.batch)
            labels = torch.arange(
                len(logits), device=self.device) % logits.shape[1]
            F.cross_entropy(logits.float(), labels).backward()
            optimizer.step()
            optimizer.zero_grad()

        return step

    def product(self, clips: torch.Tensor) -> Call:
        """Returns a matrix product of the vision tower's shapes."""
        tokens = self.backbone.positional_embedding.shape[-2]
        return tower_product(clips.shape[0] * clips.shape[2] * tokens,
                             self.backbone.conv1.out_channels, self.device,
                             self.dtype)

    def multiply_adds(self, call: Call) -> float:
        """Counts the multiply-adds of a call, made without compilation."""
        tower, self.tower = self.tower, self.backbone
        count = multiply_adds(call)
        self.tower = tower
        return count

    def merging_seconds(self) -> float:
        """Times the selection and summary of tokens in one forward pass."""
        spent: List[float] = []
        reference = self.backbone.reference
        forward = reference.forward

        def timed(*inputs: Any) -> Any:
            out: List[Any] = []
            spent.append(
                seconds(lambda: out.append(forward(*inputs)), self.device))
            return out[0]

        reference.forward = timed
        without_gradient(lambda: self.backbone(self.views))()
        reference.forward = forward
        return sum(spent)
