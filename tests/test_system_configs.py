"""The configs of other systems hold the recipes that docs/systems.md names."""
import pytest
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper

from tests.small import CONFIGS
from tests.test_configs import views
from tests.test_protocol_configs import build

# learning rate, decay, epochs, warm-up, total batch; frames, clips, crops
RECIPES = {
    'xclip_k400.py': (8e-6, 1e-3, 30, 5, 256, (16, 4, 3)),
    'actionclip_k400.py': (5e-6, 0.2, 50, 5, 128, (32, 10, 3)),
    'vitaclip_k400.py': (4e-4, 0.05, 31, 0, 256, (16, 4, 3)),
    'zero_shot/xclip_k400.py': (8e-6, 1e-3, 10, 5, 256, (32, 1, 1)),
    'zero_shot/actionclip_k400.py': (5e-6, 0.2, 50, 5, 128, (16, 2, 1)),
    'zero_shot/a5_k400.py': (1e-4, 0.01, 10, 0, 64, (16, 2, 1)),
    'zero_shot/vitaclip_k400.py': (4e-4, 0.05, 31, 0, 256, (8, 2, 1)),
    'few_shot/xclip_{}.py': (2e-6, 1e-3, 50, 5, 64, (32, 2, 1)),
    'few_shot/actionclip_{}.py': (5e-6, 0.2, 50, 5, 64, (16, 2, 1)),
    'few_shot/a5_{}.py': (1e-4, 0.01, 50, 0, 64, (16, 2, 1)),
    'base_to_novel/xclip_{}.py': (3.33e-6, 1e-3, 12, 2, 64, (32, 2, 1)),
    'base_to_novel/actionclip_{}.py': (5e-6, 0.2, 50, 5, 64, (32, 2, 1)),
    'base_to_novel/a5_{}.py': (1e-4, 0.01, 12, 0, 64, (32, 2, 1)),
}
SETS = dict(
    few_shot=['hmdb51', 'ucf101', 'ssv2'],
    base_to_novel=['k400', 'hmdb51', 'ucf101', 'ssv2'])
NAMES = {
    name.format(data_set): name
    for name in RECIPES
    for data_set in SETS.get(name.split('/')[0], [''])
}
METHODS = dict(
    xclip='X-CLIP', actionclip='ActionCLIP', a5='A5', vitaclip='Vita-CLIP')
# trained and frozen tensors of each system, besides the number of classes
TENSORS = dict(
    xclip=(293, 150), actionclip=(375, 0), a5=(14, 302), vitaclip=(88, 326))


def system_of(name):
    return name.split('/')[-1].split('_')[0]


def test_every_system_has_the_figures_of_the_paper():
    found = {
        str(path.relative_to(CONFIGS))
        for path in CONFIGS.rglob('*.py')
        if system_of(path.name) in METHODS and not {'_base_', 'demo', 'mix'}
        & {*path.parts}
    }
    assert found == {*NAMES}


@pytest.mark.parametrize('name', NAMES)
def test_recipe(name):
    config = Config.fromfile(CONFIGS / name)
    lr, decay, epochs, warmup, total, tested = RECIPES[NAMES[name]]
    optimizer = config.optim_wrapper.optimizer
    assert (optimizer.lr, optimizer.weight_decay) == (lr, decay)
    assert config.train_cfg.max_epochs == epochs
    assert config.param_scheduler.warmup == warmup
    assert config.custom_hooks[0].total == total
    assert config.auto_scale_lr.base_batch_size == total
    assert views(config.test_pipeline) == tested
    assert config.model.backbone.num_frames == tested[0]
    assert config.test_cfg.method == METHODS[system_of(name)]
    flips = 'Flip' in [step.type for step in config.train_pipeline]
    never = system_of(name) in ('a5', 'vitaclip') or 'ssv2' in name
    assert flips != never
    # most take names as they are; UCF-101's of TC-CLIP are split
    assert not config.model.cls_head.get('split_camel_case')


@pytest.mark.parametrize('name', [
    'xclip_k400.py', 'zero_shot/actionclip_k400.py', 'few_shot/a5_hmdb51.py',
    'vitaclip_k400.py'
])
def test_what_is_trained_and_how_fast(name):
    config = Config.fromfile(CONFIGS / name)
    model = build(config)
    trained = [p.requires_grad for p in model.parameters()]
    wanted = TENSORS[system_of(name)]
    assert (sum(trained), len(trained) - sum(trained)) == wanted
    config.optim_wrapper.pop('dtype')
    optimizer = build_optim_wrapper(
        model, dict(config.optim_wrapper, type='OptimWrapper')).optimizer
    base = config.optim_wrapper.optimizer.lr
    fast = {
        id(p)
        for group in optimizer.param_groups
        for p in group['params'] if group['lr'] > base
    }
    parts = dict(
        xclip=('backbone.injection', 'backbone.patch_context', 'neck',
               'cls_head.fusion'),
        actionclip=('neck', )).get(system_of(name), ())
    assert fast == {
        id(p)
        for key, p in model.named_parameters() if key.startswith(parts)
    }
