"""The cures for mmaction2 1.2 and mmengine 0.10, one by one."""
import configparser
import importlib.metadata
import importlib.util
import json
import re
import subprocess
import sys
import types

import mmengine.device
import pytest
import torch
from mmengine.dist import utils
from mmengine.model import MMDistributedDataParallel

from projects.tc_clip.compat import releases as compat
from tests.small import ROOT

FRESH = '''
import json
import projects, projects.tc_clip
import mmaction.models
from mmaction.registry import MODELS
try:
    error = ''
    MODELS.build(dict(type='DRN'))
except Exception as e:
    error = f'{type(e).__name__}: {e}'
print(json.dumps(dict(
    error=error,
    namespace=getattr(projects, '__file__', None) is None)))
'''

ALL_REDUCE = '''
import projects.tc_clip
import torch
from mmengine import dist
dist.init_dist('pytorch', backend='nccl')
rank = torch.tensor([10. ** dist.get_rank()])
dist.all_reduce(rank)
open(f'{dist.get_rank()}.txt', 'w').write(str(rank.item()))
'''


def python(*args, cwd):
    """Runs a Python process; returns what it prints."""
    done = subprocess.run([sys.executable, '-W', 'ignore', *args],
                          cwd=cwd,
                          capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope='module')
def fresh(tmp_path_factory):
    """What a new process sees that starts in an unrelated folder."""
    cwd = tmp_path_factory.mktemp('elsewhere')
    return json.loads(python('-c', FRESH, cwd=cwd).splitlines()[-1])


def test_projects_stays_open_to_other_projects(fresh):
    assert fresh['namespace']


# --- check_versions ---------------------------------------------------------


def installed(monkeypatch, **versions):
    """Pretends that these distributions are the installed ones."""

    def version(name):
        if name.replace('-', '_') in versions:
            return versions[name.replace('-', '_')]
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, 'version', version)


@pytest.mark.parametrize('versions', [
    dict(mmengine='0.10.2', mmcv='2.0.0rc4', mmaction2='1.2.0'),
    dict(mmengine='0.10.7', mmcv_lite='2.1.0', mmaction2='1.2.0+local'),
])
def test_tested_versions_pass(monkeypatch, versions):
    installed(monkeypatch, **versions)
    compat.check_versions()


def test_every_wrong_package_is_named(monkeypatch):
    installed(monkeypatch, mmengine='0.9.1', mmcv='2.2.0')
    with pytest.raises(ImportError) as error:
        compat.check_versions()
    assert str(error.value) == (
        'TC-CLIP: mmengine 0.9.1 is installed, >=0.10.2,<1.0.0 is needed; '
        'mmcv 2.2.0 is installed, >=2.0.0,<2.2.0 is needed; mmaction2 is not '
        'installed: pip install "mmengine>=0.10.2,<1.0.0" '
        '"mmcv-lite>=2.0.0,<2.2.0" "mmaction2>=1.2.0,<1.3.0"')


def test_bounds_are_those_of_the_package():
    """setup.cfg tells pip what check_versions tells users."""
    config = configparser.ConfigParser()
    config.read(ROOT / 'setup.cfg')
    required = config['options']['install_requires'].split()
    for names, bounds in compat._SUPPORTED.items():
        given, = (line for line in required if line.startswith(names[-1]))
        versions = re.findall(r'[\d.]+', given[len(names[-1]):])
        for version, bound in zip(versions, bounds):
            padded = version.split('.') + ['0', '0']
            assert padded[:3] == bound.split('.'), given


def test_wrong_mmcv_lite_is_not_called_mmcv(monkeypatch):
    installed(
        monkeypatch, mmengine='0.10.7', mmcv_lite='2.2.0', mmaction2='1.2.0')
    with pytest.raises(ImportError, match='mmcv-lite 2.2.0 is installed'):
        compat.check_versions()


# --- stub_missing_drn -------------------------------------------------------


def test_building_the_missing_drn_says_what_to_do(fresh):
    assert fresh['error'] == (
        'ImportError: The installed mmaction2 was packaged without DRN: '
        'install mmaction2 from a git checkout with `pip install -e`.')


def test_complete_mmaction_keeps_its_drn(monkeypatch, tmp_path):
    folder = tmp_path / 'models/localizers/drn'
    folder.mkdir(parents=True)
    (folder / 'drn.py').touch()
    spec = types.SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: spec)
    monkeypatch.delitem(sys.modules, compat._DRN)
    assert compat.stub_missing_drn() is False
    assert compat._DRN not in sys.modules


def test_drn_that_is_there_is_left_alone():
    before = sys.modules[compat._DRN]
    assert compat.stub_missing_drn() is False
    assert sys.modules[compat._DRN] is before


# --- allow_cpu_processes ----------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(
    mmengine.device.get_device() != 'cpu', reason='there is an accelerator')
def test_two_processes_without_gpu_talk(tmp_path):
    script = tmp_path / 'script.py'
    script.write_text(ALL_REDUCE)
    python(
        '-m',
        'torch.distributed.run',
        '--standalone',
        '--nproc_per_node=2',
        str(script),
        cwd=tmp_path)
    sums = [(tmp_path / f'{rank}.txt').read_text() for rank in range(2)]
    assert sums == ['11.0', '11.0']


@pytest.mark.skipif(
    mmengine.device.get_device() != 'cpu', reason='there is an accelerator')
def test_threads_of_gloo_end_unless_there_was_an_error(tmp_path, monkeypatch):
    at_exit = []
    monkeypatch.setattr('atexit.register', at_exit.append)
    utils._init_dist_pytorch(
        'nccl', init_method=f'file://{tmp_path}/store', rank=0, world_size=1)
    leave, = at_exit
    with monkeypatch.context() as patch:
        patch.setattr(sys, 'last_value', ValueError(), raising=False)
        leave()
        assert torch.distributed.is_initialized()
    monkeypatch.delattr(sys, 'last_value', raising=False)
    leave()
    leave()  # a script may have left by itself
    assert not torch.distributed.is_initialized()


@pytest.mark.skipif(
    mmengine.device.get_device() != 'cpu', reason='there is an accelerator')
def test_models_on_a_cpu_are_wrapped_without_a_device(tmp_path):
    """MMEngine's runner names the device LOCAL_RANK."""
    torch.distributed.init_process_group(
        'gloo', init_method=f'file://{tmp_path}/store', rank=0, world_size=1)
    try:
        wrapper = MMDistributedDataParallel(
            module=torch.nn.Linear(2, 1),
            device_ids=[0],
            broadcast_buffers=False)
    finally:
        torch.distributed.destroy_process_group()
    assert wrapper.device_ids is None
    assert wrapper.broadcast_buffers is False


def test_launcher_for_gpus_is_left_alone(monkeypatch):
    launcher, wrapper = object(), MMDistributedDataParallel.__init__
    monkeypatch.setattr(utils, '_init_dist_pytorch', launcher)
    monkeypatch.setattr(mmengine.device, 'get_device', lambda: 'cuda')
    assert compat.allow_cpu_processes() is False
    assert utils._init_dist_pytorch is launcher
    assert MMDistributedDataParallel.__init__ is wrapper
