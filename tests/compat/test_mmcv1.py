"""The old interface that MMAction2's benchmark.py asks for."""
import importlib
import sys

import mmaction.datasets
import mmaction.models
import mmcv
import pytest
import torch
from mmaction.registry import DATASETS, MODELS
from mmengine.config import Config

from projects.tc_clip.compat import mmcv1


@pytest.fixture
def installed(monkeypatch):
    """Installs it until the test ends."""
    for owner, name in ((mmcv, 'Config'), (mmaction.datasets, 'build_dataset'),
                        (mmaction.datasets, 'build_dataloader'),
                        (mmaction.models, 'build_model')):
        monkeypatch.setattr(owner, name, None, raising=False)
    for name in ('mmcv.parallel', 'mmcv.runner', 'mmcv.runner.fp16_utils'):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(torch.cuda, 'synchronize', torch.cuda.synchronize)
    mmcv1.install()


def test_everything_is_where_the_tool_looks_for_it(installed):
    """These are its imports."""
    assert mmcv.Config is mmcv1.OldConfig
    parallel = importlib.import_module('mmcv.parallel')
    fp16 = importlib.import_module('mmcv.runner.fp16_utils')
    assert parallel.MMDataParallel is mmcv1.OldParallel
    model = fp16.wrap_fp16_model(torch.nn.Linear(1, 1))
    assert model.weight.dtype == torch.half
    assert mmaction.models.build_model is mmcv1.build_model
    if not torch.cuda.is_available():
        torch.cuda.synchronize()  # needs no GPU


def test_a_config_has_its_test_set_where_it_was(tiny_config, tmp_path):
    tiny_config.dump(tmp_path / 'tiny.py')
    config = mmcv1.OldConfig.fromfile(str(tmp_path / 'tiny.py'))
    assert isinstance(config, Config)
    loader = tiny_config.test_dataloader
    assert config.data.test == loader.dataset
    assert config.data.workers_per_gpu == loader.num_workers


def test_batches_hold_as_many_videos_in_order():
    data = list(range(5))
    loader = mmcv1.build_dataloader(
        data, 2, 0, False, dist=False, shuffle=False)
    assert [sum(map(list, [batch]), []) for batch in loader] == [[0, 1],
                                                                 [2, 3], [4]]


def test_parts_are_built_by_the_registries(monkeypatch):
    monkeypatch.setattr(DATASETS, 'build', lambda config, default_args:
                        (config, default_args))
    monkeypatch.setattr(MODELS, 'build', lambda config: config)
    assert mmcv1.build_dataset(dict(a=1), dict(b=2)) == (dict(a=1), dict(b=2))
    model = dict(type='x')
    assert mmcv1.build_model(model, train_cfg=None, test_cfg=None) is model


def test_a_model_is_called_as_in_a_test():

    class Model(torch.nn.Module):

        def test_step(self, batch):
            return [sum(batch.values())]

    parallel = mmcv1.OldParallel(Model(), device_ids=[0])
    assert parallel(return_loss=False, inputs=3, more=4) == [7]
