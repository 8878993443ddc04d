"""The wheel alone does what a checkout does, in any folder."""
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import numpy as np
import pytest

from projects.tc_clip.config_files import config_names
from projects.tc_clip.files import write_mp4
from projects.tc_clip.visualization.page_document import SCRIPTS

from ..test_registration import REGISTERED, registered_in_source
from .conftest import ROOT

pytestmark = pytest.mark.slow
SOURCES = ('projects', 'configs', 'tools', 'setup.cfg', 'pyproject.toml',
           'README.md', 'LICENSE', 'NOTICE')
CONFIGS = """
import json
from pathlib import Path
from mmengine.config import Config
import projects.tc_clip as package
from projects.tc_clip.config_files import config_file, config_names
missing = []
for name in config_names():
    names = Config.fromfile(config_file(name)).model.cls_head.get(
        'class_names', '')
    if names.endswith('.csv') and not Path(names).is_file():
        missing.append(names)
page = Path(package.__file__).parent / 'visualization'
print(json.dumps(dict(
    package=package.__file__,
    config=str(config_file('demo/tcclip_motion.py')),
    names=config_names(),
    missing=missing,
    page=sorted(path.name for path in page.glob('page*.*')
                if path.suffix != '.py'))))
"""


def call(*command, cwd):
    """Runs a command that knows nothing of this checkout."""
    env = dict(os.environ, OMP_NUM_THREADS='1')
    env.pop('PYTHONPATH', None)
    done = subprocess.run([str(word) for word in command],
                          cwd=cwd,
                          env=env,
                          capture_output=True,
                          text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def link_dependencies(folder):
    """Links all that is installed here, but not this project."""
    folder.mkdir()
    for name in {sysconfig.get_path('purelib'), sysconfig.get_path('platlib')}:
        for item in Path(name).iterdir():
            ours = 'tc_clip' in item.name or item.name == 'projects'
            if not ours and not (folder / item.name).exists():
                (folder / item.name).symlink_to(item)


@pytest.fixture(scope='module')
def programs(tmp_path_factory):
    """Installs the wheel in a new environment; returns its programs."""
    folder = tmp_path_factory.mktemp('wheel')
    # of a copy, so that files of an earlier build cannot get into the wheel
    source = folder / 'source'
    source.mkdir()
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    call(
        sys.executable,
        '-m',
        'build',
        '--wheel',
        '--outdir',
        folder,
        source,
        cwd=folder)
    venv.create(folder / 'env', with_pip=True)
    site, = (folder / 'env').glob('lib/python*/site-packages')
    link_dependencies(folder / 'dependencies')
    (site / 'dependencies.pth').write_text(str(folder / 'dependencies'))
    wheel, = folder.glob('*.whl')
    call(
        folder / 'env/bin/python',
        '-m',
        'pip',
        'install',
        '--no-deps',
        wheel,
        cwd=folder)
    return folder / 'env/bin'


def test_configs_and_class_names_are_found(programs, tmp_path):
    printed = call(programs / 'python', '-c', CONFIGS, cwd=tmp_path)
    found = json.loads(printed.splitlines()[-1])
    assert found['package'].startswith(str(programs.parent))
    assert found['config'].startswith(str(programs.parent))
    assert found['names'] == config_names()
    assert found['missing'] == []
    scripts = [f'page_{name}.js' for name in sorted(SCRIPTS)]
    assert found['page'] == ['page.css', 'page.html', *scripts]


def test_all_parts_are_registered(programs, tmp_path):
    printed = call(programs / 'python', '-c', REGISTERED, cwd=tmp_path)
    assert json.loads(printed.splitlines()[-1]) == registered_in_source()


def test_a_video_is_predicted(programs, tmp_path):
    frames = np.random.default_rng(0).integers(256, size=(20, 64, 64, 3))
    write_mp4(tmp_path / 'video.mp4', frames.astype(np.uint8), fps=10)
    find = ('from projects.tc_clip import config_file; '
            "print(config_file('demo/tcclip_motion.py'))")
    base = call(programs / 'python', '-c', find, cwd=tmp_path).splitlines()[-1]
    (tmp_path / 'small.py').write_text(
        f'_base_ = {base!r}\n'
        'model = dict(backbone=dict(arch=dict(vision_cfg=dict(layers=2))))\n')
    predict = programs / 'tc-clip', 'predict', 'video.mp4'
    names = '--class-names', 'playing chess', 'cooking'
    printed = call(*predict, '--config', 'small.py', *names, cwd=tmp_path)
    assert 'playing chess' in printed and 'cooking' in printed
    call(
        *predict,
        '--config',
        'demo/tcclip_motion.py',
        *names,
        '--out',
        'result.json',
        cwd=tmp_path)
    text = (tmp_path / 'result.json').read_text(encoding='utf-8')
    assert 'playing chess' in text and 'cooking' in text


@pytest.mark.parametrize('command', ['train', 'test', 'prepare'])
def test_tools_tell_their_options(programs, tmp_path, command):
    printed = call(programs / 'tc-clip', command, '--help', cwd=tmp_path)
    assert printed.startswith(f'usage: tc-clip {command} ')
