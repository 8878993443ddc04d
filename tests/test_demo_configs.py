"""The systems learn the demo's motions by one recipe, and by own losses."""
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config

from projects.tc_clip.datasets.preparation.motion_videos import MOTIONS
from projects.tc_clip.profiling.bench import Bench
from projects.tc_clip.profiling.zoo import PAPER
from tests.small import CONFIGS

SYSTEMS = [row['row'] for row in PAPER['rows']]


def load(name):
    config = Config.fromfile(CONFIGS / f'demo/{name}_motion.py')
    config.model.cls_head.class_names = [*MOTIONS]
    return config


@pytest.mark.parametrize('name', SYSTEMS)
def test_all_have_the_recipe_and_the_size_of_the_demo(name):
    ours, config = load('tcclip'), load(name)
    for key in ('val_dataloader', 'test_dataloader', 'train_cfg', 'test_cfg',
                'optim_wrapper', 'param_scheduler', 'default_hooks'):
        assert config[key] == ours[key], key
    pipelines = [
        c.train_dataloader.dataset.pop('pipeline') for c in (config, ours)
    ]
    assert config.train_dataloader == ours.train_dataloader
    # but for the bags of MAXI
    assert pipelines[0][:8 - 1] == pipelines[1][:8 - 1]
    for key in ('arch', 'pretrained', 'num_frames'):
        assert config.model.backbone[key] == ours.model.backbone[key]
    assert config.model.cls_head.label_smooth_eps == 0
    assert config.model.data_preprocessor.blending is None


@pytest.mark.parametrize('name', SYSTEMS)
def test_a_step_lowers_the_loss_of_what_is_trained(name):
    config = load(name)
    bench = Bench(config, batch=4)
    model = bench.model
    if name == 'vanilla_clip':
        assert bench.trained == 0
        return
    model.train()
    trained = [p for p in model.parameters() if p.requires_grad]
    assert bench.trained == sum(p.numel() for p in trained)
    losses = []
    for _ in range(2):
        torch.manual_seed(0)  # which texts are drawn
        losses.append(bench.our_loss(bench.batch))
        grads = torch.autograd.grad(losses[-1], trained)
        norm = torch.stack([g.norm() for g in grads]).norm()
        with torch.no_grad():
            for p, g in zip(trained, grads):
                p -= 1e-4 * g / norm
    # a step of this length goes down as far as the slope says
    assert norm > 0
    fall = (losses[0] - losses[1]).item()
    assert fall == pytest.approx(1e-4 * norm.item(), rel=0.3)


def test_motion_words_are_those_of_the_classes():
    """Lists of OST and MAXI have one entry for each motion."""
    ost, maxi = load('ost'), load('maxi')
    head = MODELS.build(ost.model).cls_head
    assert head.num_wordings == 8  # four descriptors of two kinds
    assert len(maxi.words) == len(MOTIONS)
    bag = maxi.train_dataloader.dataset.pipeline[-2]
    assert bag.type == 'AddTextBag' and bag.class_words == maxi.words
