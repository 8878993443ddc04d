"""Configs and checkpoints of version 0.1.0 still work, with equal numbers."""
import numpy as np
import torch
from mmaction.apis import init_recognizer
from mmaction.registry import DATASETS, LOOPS, MODELS, TRANSFORMS
from mmengine.config import Config

from tests.small import DATA

RELEASED = DATA / 'released'


def test_a_released_checkpoint_gives_its_logits():
    """The config is a dump, with all options spelled as they were."""
    config = Config.fromfile(RELEASED / 'config.py')
    model = init_recognizer(
        config, str(RELEASED / 'checkpoint.pth'), device='cpu')
    clips = torch.linspace(-1, 1, 2 * 3 * 8 * 32 * 32).sin().mul(37).cos()
    with torch.no_grad():
        features = model.backbone(clips.view(2, 3, 8, 32, 32))
        logits = model.cls_head(features)
    np.testing.assert_allclose(
        logits, np.load(RELEASED / 'logits.npy'), rtol=0, atol=1e-5)


def test_a_released_config_finds_all_its_parts():
    config = Config.fromfile(RELEASED / 'config.py')
    assert MODELS.get(config.model.type)
    assert LOOPS.get(config.test_cfg.type)
    for loader in (config.train_dataloader, config.val_dataloader,
                   config.test_dataloader):
        assert DATASETS.get(loader.dataset.type)
        for step in loader.dataset.pipeline:
            assert TRANSFORMS.get(step.type), step.type
