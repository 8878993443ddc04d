"""The demo learns in half precision as it does in float32."""
from contextlib import nullcontext

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper

from projects.tc_clip.datasets.preparation import motion_videos
from tests.small import ROOT


@pytest.fixture(scope='module')
def batch():
    """Eight of the demo's clips, normalised, with their labels."""
    rng = np.random.default_rng(0)
    clips = np.stack([
        motion_videos.motion_clip(m, 8, 32, rng)[..., ::-1]  # BGR
        for m in 2 * list(motion_videos.MOTIONS)
    ])
    clips = torch.from_numpy(clips).float().permute(0, 4, 1, 2, 3)
    return (clips - 116) / 57, torch.arange(8) % 4


def losses(batch, dtype, steps=20):
    """Trains the demo's model on one batch; returns the loss of every step."""
    config = Config.fromfile(ROOT / 'configs/demo/tcclip_motion.py')
    config.model.cls_head.class_names = ['moves', 'grows', 'blinks', 'stays']
    config.optim_wrapper.optimizer.lr = 3e-4  # there is no warm-up here
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    model.init_weights()
    optimizer = build_optim_wrapper(model, config.optim_wrapper)
    clips, labels = batch
    curve = []
    for _ in range(steps):
        with nullcontext() if dtype == torch.float32 else torch.autocast(
                'cpu', dtype):
            logits = model.cls_head(model.backbone(clips))
            loss = F.cross_entropy(logits.float(), labels)
        optimizer.update_params(loss)
        curve.append(loss.item())
    assert all(p.isfinite().all() for p in model.parameters())
    return np.array(curve)


@pytest.mark.parametrize(
    'dtype',
    [
        torch.bfloat16,
        pytest.param(torch.float16, marks=pytest.mark.slow)  # emulated on CPUs
    ])
def test_loss_follows_the_float32_curve(batch, dtype):
    wanted, curve = losses(batch, torch.float32), losses(batch, dtype)
    assert wanted[-1] < 0.8 * wanted[0]
    np.testing.assert_allclose(curve, wanted, rtol=0.04)
