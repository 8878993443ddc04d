"""The interface of MMCV 1 and MMAction2 0.x, as far as benchmark.py needs it.

MMAction2 1.2 still ships the tool for the old interface, so its imports fail.
"""
import sys
import types
from typing import Any, Dict, List

import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.registry import init_default_scope
from mmengine.runner import Runner


class OldConfig:
    """Replaces ``mmcv.Config``."""

    @staticmethod
    def fromfile(path: str) -> Config:
        """Reads a config, and copies the test set to its place in 0.x."""
        config = Config.fromfile(path)
        init_default_scope(config.get('default_scope', 'mmaction'))
        loader = config.test_dataloader
        config.data = dict(
            test=loader.dataset, workers_per_gpu=loader.num_workers)
        return config


class OldParallel(torch.nn.Module):
    """Replaces ``MMDataParallel``; runs on the available device.

    Args:
        model: a recognizer.
        device_ids: ignored, one device is used.
    """

    def __init__(self, model: torch.nn.Module, device_ids: List[int]) -> None:
        super().__init__()
        self.model: Any = model.to(get_device())

    def forward(self, return_loss: bool, **batch: Any) -> List[Any]:
        """Scores the videos of a batch."""
        return self.model.test_step(batch)


def build_dataset(config: Dict, default_args: Dict) -> Any:
    """Replaces ``mmaction.datasets.build_dataset``."""
    from mmaction.registry import DATASETS
    return DATASETS.build(config, default_args=default_args)


def build_dataloader(dataset: Any, videos_per_gpu: int, workers_per_gpu: int,
                     persistent_workers: bool, dist: bool,
                     shuffle: bool) -> Any:
    """Replaces ``mmaction.datasets.build_dataloader``, for one process."""
    return Runner.build_dataloader(
        dict(
            dataset=dataset,
            batch_size=videos_per_gpu,
            num_workers=workers_per_gpu,
            persistent_workers=persistent_workers,
            sampler=dict(type='DefaultSampler', shuffle=shuffle)))


def build_model(config: Dict, **loops: Any) -> torch.nn.Module:
    """Replaces ``mmaction.models.build_model``."""
    from mmaction.registry import MODELS
    return MODELS.build(config)


def add_module(name: str, **content: Any) -> None:
    """Adds a module that the installed mmcv lacks."""
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)


def install() -> None:
    """Puts all of these where benchmark.py looks for them."""
    import mmaction.datasets
    import mmaction.models
    import mmcv
    mmcv.Config = OldConfig
    mmaction.datasets.build_dataset = build_dataset
    mmaction.datasets.build_dataloader = build_dataloader
    mmaction.models.build_model = build_model
    add_module('mmcv.parallel', MMDataParallel=OldParallel)
    add_module('mmcv.runner')
    # imported by the tool, but called only for the `fp16` of configs of 0.x
    add_module('mmcv.runner.fp16_utils', wrap_fp16_model=torch.nn.Module.half)
    if not torch.cuda.is_available():
        setattr(torch.cuda, 'synchronize', lambda: None)
