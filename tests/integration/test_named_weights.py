"""A training that starts from the hub, and what is made of its checkpoint."""
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.runner import Runner

from projects.tc_clip.apis import TCCLIPInferencer
from tests.official_files import write_official
from tests.small import perturb

NAMES = ['a', 'b', 'c', 'd']


def make_runner(config, name, work):
    """Returns a runner that trains an epoch with a rate of zero."""
    config.merge_from_dict(
        dict(
            load_from=str(name),
            work_dir=str(work),
            experiment_name=f'named_{work.name}',
            train_cfg=dict(max_epochs=1, val_interval=9),
            optim_wrapper=dict(optimizer=dict(lr=0.))))
    config.param_scheduler = None
    return Runner.from_cfg(config)


def test_training_from_the_hub(config, hub, videos, tmp_path):
    cfg = Config.fromfile(config(16))
    start = perturb(MODELS.build(cfg.model), 0.1).state_dict()
    torch.save(dict(state_dict=start), tmp_path / 'start.pth')
    hub('me/start', tmp_path / 'start.pth', revision='v1')
    work = tmp_path / 'work'
    make_runner(cfg, 'hf://me/start@v1/start.pth', work).train()
    trained = torch.load(work / 'epoch_1.pth')['state_dict']
    assert all(trained[key].equal(value) for key, value in start.items())
    # a checkpoint of training carries config, classes and sampling
    first = TCCLIPInferencer.from_pretrained(work / 'epoch_1.pth')
    assert first.class_names == NAMES
    first.save_pretrained(tmp_path / 'model')
    tested = make_runner(cfg, tmp_path / 'model', tmp_path / 'test').test()
    again = make_runner(cfg, work / 'epoch_1.pth', tmp_path / 'other').test()
    assert tested == again and 'acc/top1' in tested
    second = TCCLIPInferencer.from_pretrained(tmp_path / 'model')
    video = videos / '3.mp4'
    assert first.predict([video]) == second.predict([video])


@pytest.mark.slow
@pytest.mark.parametrize('system', ['TC-CLIP', 'X-CLIP'])
def test_training_from_an_official_file(config, tmp_path, system):
    model, state = write_official(system, tmp_path)
    cfg = Config.fromfile(config(16))
    cfg.model = model.model
    cfg.model.cls_head.class_names = NAMES
    work = tmp_path / 'work'
    make_runner(cfg, tmp_path / 'official.pth', work).train()
    trained = torch.load(work / 'epoch_1.pth')['state_dict']
    assert all(trained[key].equal(value) for key, value in state.items())
